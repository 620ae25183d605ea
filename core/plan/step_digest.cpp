// SPDX-License-Identifier: Apache-2.0
#include "plan/step_digest.h"

#include <cstdlib>
#include <string_view>

#include <boost/json.hpp>

#include "base/digest.h"
#include "base/json.h"
#include "plugin_host/tree.h"

namespace sharkreg::core {
namespace {

// Adds texts so that no two sequences of additions give the same digest.
void add(Sha256& digest, std::string_view text) {
  digest.add(std::to_string(text.size())).add(":").add(text);
}

void add(Sha256& digest, std::size_t number) {
  add(digest, std::to_string(number));
}

void add(Sha256& digest, const std::vector<std::string>& texts) {
  add(digest, texts.size());
  for (const std::string& text : texts) add(digest, text);
}

// No location is "pinned": it is a URL, or an absolute path.
void add_source(Sha256& digest, const Source& source) {
  if (!source.pin.is_empty()) {
    add(digest, "pinned");
    add(digest, source.pin.sha256);
    add(digest, source.pin.md5);
  }
  // Whether it is decompressed is told by the location itself.
  const bool is_member = source.unpacking.kind == Unpacking::Kind::member;
  add(digest, is_member ? source.location + "#" + source.unpacking.member : source.location);
}

// A file that lies here may be changed at any time; what a URL gives is the store's to watch.
void add_artifact(Sha256& digest, const CasePlan& plan, std::size_t index,
                  const ContentIdentity& identity) {
  const Source& source = plan.artifacts.at(index).source;
  add_source(digest, source);
  if (!source.is_url && identity.artifact) add(digest, identity.artifact(source.location));
}

void add_file(Sha256& digest, const CasePlan& plan, const FileOrigin& origin,
              const ContentIdentity& identity) {
  if (origin.kind == FileOrigin::Kind::artifact) {
    add(digest, "artifact");
    add_artifact(digest, plan, origin.index, identity);
  } else {
    add(digest, "output");
    add(digest, plan.actions.at(origin.index).action.name);
    add(digest, origin.output);
  }
}

// The files whose content decides what the action does.
void add_tools(Sha256& digest, const PlannedAction& planned, const ContentIdentity& identity) {
  const Action& action = planned.action;
  add(digest, action.content_files.size());
  for (const std::string& file : action.content_files) {
    add(digest, file);
    if (identity.tool) add(digest, identity.tool(file));
  }
  if (action.in_process && identity.tool) add(digest, identity.tool(planned.plugin_library));
}

void add_environment(Sha256& digest, const Action& action) {
  add(digest, action.environment.size());
  for (const EnvironmentVariable& variable : action.environment) {
    add(digest, variable.name);
    if (variable.value) {
      add(digest, "=" + *variable.value);
    } else if (const char* inherited = std::getenv(variable.name.c_str())) {
      add(digest, "inherited=" + std::string(inherited));
    } else {
      add(digest, "not set");
    }
  }
}

void add_action(Sha256& digest, const CasePlan& plan, const PlannedAction& planned,
                const ContentIdentity& identity) {
  const Action& action = planned.action;
  add(digest, action.name);
  add(digest, action.in_process ? planned.plugin_interface : action.program);
  add(digest, bind_arguments(planned, names_of_inputs(plan, planned)));
  add_environment(digest, action);
  add_tools(digest, planned, identity);
  add(digest, planned.inputs.size());
  for (const auto& [id, origin] : planned.inputs) {
    add(digest, id);
    add_file(digest, plan, origin, identity);
  }
  add(digest, action.outputs.size());
  for (const ActionOutput& output : action.outputs) {
    add(digest, output.id);
    add(digest, output.file_name);
  }
}

void add_actions(Sha256& digest, const CasePlan& plan, const PlannedStep& step,
                 const ContentIdentity& identity) {
  add(digest, step.actions.size());
  for (std::size_t index : step.actions) add_action(digest, plan, plan.actions.at(index), identity);
}

void add_expectation(Sha256& digest, const std::optional<Expectation>& expectation) {
  add(digest, expectation ? "expected to fail" : "expected to pass");
  if (!expectation) return;
  add(digest, expectation->kind);
  add(digest, expectation->message_pattern);
}

}  // namespace

std::string digest_of_step(const CasePlan& plan, const PlannedStep& step, const std::string& sku,
                           const ContentIdentity& identity) {
  Sha256 digest;
  add(digest, "sharkreg step 2");
  add(digest, plan.model);
  add(digest, plan.submodel);
  add(digest, step.name);
  add(digest, sku);
  if (step.compile_step) add_actions(digest, plan, plan.steps.at(*step.compile_step), identity);
  for (std::size_t run : step.repetitions) add(digest, plan.steps.at(run).id);
  add_actions(digest, plan, step, identity);
  add(digest, step.comparisons.size());
  for (const PlannedComparison& comparison : step.comparisons) {
    add(digest, comparison.result.comparator);
    add(digest, comparison.result.arguments);
    add_artifact(digest, plan, comparison.expected_artifact, identity);
    add(digest, comparison.expected_value);
  }
  add_expectation(digest, step.expectation);
  return digest.finish();
}

std::string digest_of_request(const PlannedStep& step, const CompileRequest& request,
                              const std::vector<const Source*>& sources, const std::string& sku) {
  Tree tree;
  encode_into(tree, request);
  Sha256 digest;
  add(digest, "sharkreg request 1");
  add(digest, step.name);
  add(digest, sku);
  add(digest, to_json_line(tree.value()));
  for (const Source* source : sources) {
    add(digest, source->text);
    add(digest, source->pin.sha256);
    add(digest, source->pin.md5);
  }
  return digest.finish();
}

}  // namespace sharkreg::core
