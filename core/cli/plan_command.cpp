// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <set>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "base/secrets.h"
#include "base/text.h"
#include "base/verdict.h"
#include "cli/commands.h"
#include "cli/repeat.h"
#include "plan/plan_json.h"
#include "plan/plan_script.h"

namespace sharkreg::core {
namespace {

namespace json = boost::json;

json::object backend_to_json(const ChosenBackend& backend) {
  json::array tools;
  for (const Tool& tool : backend.probe.tools) {
    tools.emplace_back(
        json::object{{"name", tool.name}, {"path", tool.path}, {"version", tool.version}});
  }
  json::array devices;
  for (const Device& device : backend.probe.devices) {
    devices.emplace_back(json::object{{"id", device.id},
                                      {"name", device.name},
                                      {"target", device.target},
                                      {"sku", device.sku},
                                      {"usable", device.usable}});
  }
  return {{"name", backend.name},
          {"plugin", backend.library.string()},
          {"targets", json::value_from(backend.targets)},
          {"tools", std::move(tools)},
          {"devices", std::move(devices)}};
}

std::string plan_as_json(const PlannedCases& planned, const std::vector<std::string>& notes) {
  json::array backends;
  for (const ChosenBackend& backend : planned.backends) {
    backends.emplace_back(backend_to_json(backend));
  }
  json::array cases;
  for (const CasePlan& plan : planned.plans) cases.emplace_back(to_json_object(plan));
  json::array diagnostics;
  for (const Diagnostic& diagnostic : planned.diagnostics) {
    diagnostics.emplace_back(to_text(diagnostic));
  }
  return to_pretty_json(json::object{{"schema", "sharkreg.plan/1"},
                                     {"backends", std::move(backends)},
                                     {"notes", json::value_from(notes)},
                                     {"diagnostics", std::move(diagnostics)},
                                     {"cases", std::move(cases)}});
}

// What is to be said of the fetcher of an artifact: that there is none, or one that takes what no
// other does, and may not know this scheme.
std::string fetcher_note(const Context& context, const std::string& location) {
  const std::string scheme = scheme_of(location);
  const std::string name = context.registry().fetcher_for(location);
  if (name.empty()) {
    return fmt::format(
        "no fetcher for {0}:// was found: what lies at {0}:// URLs cannot be fetched here", scheme);
  }
  const auto& schemes = context.registry().interface(SR_FETCHER_ID, name)->fetcher->schemes;
  if (std::ranges::find(schemes, "*") == schemes.end()) return {};
  return fmt::format("no fetcher for {}:// was found but {}, which is given what no other reads",
                     scheme, name);
}

// What cannot be done here, though it is planned: fetchers and tools that are missing.
std::vector<std::string> missing_parts(const Context& context, const PlannedCases& planned) {
  std::set<std::string> tools;
  std::set<std::string> fetchers;
  for (const CasePlan& plan : planned.plans) {
    for (const PlannedArtifact& artifact : plan.artifacts) {
      fetchers.insert(fetcher_note(context, artifact.source.location));
    }
    for (const PlannedAction& action : plan.actions) {
      if (!action.action.program_missing.empty()) tools.insert(action.action.program_missing);
    }
  }
  fetchers.erase("");
  std::vector<std::string> notes(tools.begin(), tools.end());
  notes.insert(notes.end(), fetchers.begin(), fetchers.end());
  return notes;
}

}  // namespace

Result<int> plan_command(Context& context) {
  if (auto fine = expect_no_positional(context, "plan"); !fine) return fine.error();
  auto planned = plan_selected_cases(context, !context.settings().is_true("no-probe"));
  if (!planned) return planned.error();
  std::vector<std::string> notes = context.take_notes();
  std::ranges::move(missing_parts(context, *planned), std::back_inserter(notes));
  if (context.settings().text("format") == "sh") {
    print_notes(notes);
    print_diagnostics(planned->diagnostics);
    const std::string program = shell_quote(context.installation().program.string());
    fmt::print("{}", redacted(to_script(planned->plans, program, fetch_command_line(context))));
  } else {
    fmt::print("{}\n", redacted(plan_as_json(*planned, notes)));
  }
  return planned->invalid ? exit_usage : exit_fine;
}

}  // namespace sharkreg::core
