// SPDX-License-Identifier: Apache-2.0
#include "cli/repeat.h"

#include <set>

#include <fmt/format.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

std::string program_of(const Context& context) {
  return shell_quote(context.installation().program.string());
}

std::string word(const std::string& option, const std::string& value) {
  return shell_quote(fmt::format("--{}={}", option, value));
}

// The options of the command line as words, but those in `without`.
std::string typed_options(const Context& context, const std::set<std::string>& without) {
  std::string text;
  for (const OptionSpec& spec : context.options().specs()) {
    const Setting& setting = context.settings().all.at(spec.name);
    if (setting.origin != Origin::command_line || without.contains(spec.name)) continue;
    for (const std::string& value : setting.values) {
      text += spec.type == OptionSpec::Type::boolean ? fmt::format(" --{}", spec.name)
                                                     : fmt::format(" {}", word(spec.name, value));
    }
  }
  return text;
}

}  // namespace

std::string repeat_command(const Context& context, const CasePlan& plan, const PlannedStep& step,
                           const std::set<std::string>& without) {
  const InterfaceDescription* backend = context.registry().interface(SR_BACKEND_ID, step.backend);
  const std::string target_option = backend->backend->target_option;
  std::string command = fmt::format("{} {} {} {}", program_of(context), word("model", plan.model),
                                    word("submodel", plan.submodel), word("backend", step.backend));
  if (!target_option.empty()) command += fmt::format(" {}", word(target_option, step.target));
  std::set<std::string> others{"model",        "submodel",     "backend",       target_option,
                               "require",      "junit",        "summary",       "color",
                               "filter",       "rerun-failed", "max-failures",  "resume",
                               "retries",      "fail-fast",    "shard",         "shard-history",
                               "baseline"};
  others.insert(without.begin(), without.end());
  return command + typed_options(context, others);
}

std::string compile_command(const Context& context, const CasePlan& plan, const PlannedStep& step) {
  return repeat_command(context, plan, step, {"stage", "repeat"}) + " --stage=compile";
}

std::string validate_command_line(const Context& context, const std::filesystem::path& file) {
  return fmt::format("{} validate {}", program_of(context), shell_quote(file.string()));
}

std::string fetch_command_line(const Context& context) {
  return fmt::format("{} fetch{}", program_of(context),
                     typed_options(context, {"junit", "summary", "color", "format"}));
}

}  // namespace sharkreg::core
