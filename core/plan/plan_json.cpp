// SPDX-License-Identifier: Apache-2.0
#include "plan/plan_json.h"

#include <boost/json.hpp>

#include "base/digest.h"
#include "plugin_host/tree.h"

namespace sharkreg::core {
namespace {

namespace json = boost::json;

json::object origin_to_json(const CasePlan& plan, const FileOrigin& origin) {
  if (origin.kind == FileOrigin::Kind::artifact) {
    return {{"artifact", plan.artifacts.at(origin.index).id}};
  }
  return {{"action", origin.index}, {"output", origin.output}};
}

json::object artifact_to_json(const PlannedArtifact& artifact) {
  json::object result{{"id", artifact.id}, {"source", artifact.source.location}};
  const Pin& pin = artifact.source.pin;
  if (!pin.sha256.empty()) result["sha256"] = pin.sha256;
  if (!pin.md5.empty()) result["md5"] = pin.md5;
  const Unpacking& unpacking = artifact.source.unpacking;
  if (unpacking.kind == Unpacking::Kind::decompress) result["decompress"] = true;
  if (unpacking.kind == Unpacking::Kind::member) result["member"] = unpacking.member;
  result["path"] = artifact.path.string();
  return result;
}

json::object action_to_json(const CasePlan& plan, std::size_t index) {
  const PlannedAction& planned = plan.actions.at(index);
  Tree tree;
  encode_into(tree, planned.action);
  json::value action = tree.value();
  action.as_object().erase("optional");  // is for hosts
  json::object inputs;
  for (const auto& [id, origin] : planned.inputs) inputs[id] = origin_to_json(plan, origin);
  json::object result{
      {"index", index},
      {"step", plan.steps.at(planned.step).name},
      {"action", std::move(action)},
      {"inputs", std::move(inputs)},
      {"output_directory", planned.output_directory.string()},
      {"log_directory", planned.log_directory.string()},
      {"time_limit_seconds", static_cast<double>(planned.time_limit.count()) / 1000.0}};
  json::array devices;
  for (const Device& device : planned.devices) devices.emplace_back(device.id);
  if (!devices.empty()) result["devices"] = std::move(devices);
  return result;
}

json::object comparison_to_json(const CasePlan& plan, const PlannedComparison& comparison) {
  return {{"result", comparison.result.name},
          {"output", comparison.result.output},
          {"format", comparison.result.format},
          {"expected", plan.artifacts.at(comparison.expected_artifact).id},
          {"value", comparison.expected_value},
          {"comparator", comparison.result.comparator},
          {"arguments", json::value_from(comparison.result.arguments)}};
}

json::object step_to_json(const CasePlan& plan, const PlannedStep& step) {
  json::object result{{"id", step.id},
                      {"name", step.name},
                      {"stage", name_of(step.stage)},
                      {"backend", step.backend},
                      {"target", step.target}};
  if (step.foregone) {
    json::object verdict{{"verdict", name_of(step.foregone->verdict)},
                         {"sentence", step.foregone->sentence}};
    if (!step.foregone->hint.empty()) verdict["hint"] = step.foregone->hint;
    result["foregone"] = std::move(verdict);
    return result;
  }
  result["actions"] = json::value_from(step.actions);
  json::array artifacts;
  for (std::size_t index : step.artifacts) artifacts.emplace_back(plan.artifacts.at(index).id);
  result["artifacts"] = std::move(artifacts);
  if (step.compile_step) result["needs"] = plan.steps.at(*step.compile_step).name;
  json::array comparisons;
  for (const PlannedComparison& comparison : step.comparisons) {
    comparisons.emplace_back(comparison_to_json(plan, comparison));
  }
  if (!comparisons.empty()) result["comparisons"] = std::move(comparisons);
  if (step.expectation) {
    result["expected_to_fail"] = json::object{{"kind", step.expectation->kind},
                                              {"message", step.expectation->message_pattern},
                                              {"reason", step.expectation->reason},
                                              {"issue", step.expectation->issue}};
  }
  json::array notes;
  for (const PlanNote& note : step.notes) notes.emplace_back(note.text);
  if (!notes.empty()) result["notes"] = std::move(notes);
  return result;
}

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

void add_file(Sha256& digest, const CasePlan& plan, const FileOrigin& origin) {
  if (origin.kind == FileOrigin::Kind::artifact) {
    add(digest, "artifact");
    add_source(digest, plan.artifacts.at(origin.index).source);
  } else {
    add(digest, "output");
    add(digest, plan.actions.at(origin.index).action.name);
    add(digest, origin.output);
  }
}

void add_action(Sha256& digest, const CasePlan& plan, const PlannedAction& planned) {
  const Action& action = planned.action;
  add(digest, action.name);
  add(digest, action.in_process ? planned.plugin_interface : action.program);
  add(digest, bind_arguments(planned, names_of_inputs(plan, planned)));
  add(digest, action.environment.size());
  for (const EnvironmentVariable& variable : action.environment) {
    add(digest, variable.name);
    add(digest, variable.value ? "=" + *variable.value : "inherited");
  }
  add(digest, planned.inputs.size());
  for (const auto& [id, origin] : planned.inputs) {
    add(digest, id);
    add_file(digest, plan, origin);
  }
  add(digest, action.outputs.size());
  for (const ActionOutput& output : action.outputs) {
    add(digest, output.id);
    add(digest, output.file_name);
  }
}

void add_actions(Sha256& digest, const CasePlan& plan, const PlannedStep& step) {
  add(digest, step.actions.size());
  for (std::size_t index : step.actions) add_action(digest, plan, plan.actions.at(index));
}

void add_expectation(Sha256& digest, const std::optional<Expectation>& expectation) {
  add(digest, expectation ? "expected to fail" : "expected to pass");
  if (!expectation) return;
  add(digest, expectation->kind);
  add(digest, expectation->message_pattern);
}

}  // namespace

json::object to_json_object(const CasePlan& plan) {
  json::array artifacts;
  for (const PlannedArtifact& artifact : plan.artifacts) {
    artifacts.emplace_back(artifact_to_json(artifact));
  }
  json::array actions;
  for (std::size_t index = 0; index < plan.actions.size(); ++index) {
    actions.emplace_back(action_to_json(plan, index));
  }
  json::array steps;
  for (const PlannedStep& step : plan.steps) steps.emplace_back(step_to_json(plan, step));
  return {{"model", plan.model},           {"submodel", plan.submodel},
          {"file", plan.file.string()},    {"artifacts", std::move(artifacts)},
          {"actions", std::move(actions)}, {"steps", std::move(steps)}};
}

std::string digest_of_step(const CasePlan& plan, const PlannedStep& step, const std::string& sku) {
  Sha256 digest;
  add(digest, "sharkreg step 1");
  add(digest, plan.model);
  add(digest, plan.submodel);
  add(digest, step.name);
  add(digest, sku);
  if (step.compile_step) add_actions(digest, plan, plan.steps.at(*step.compile_step));
  add_actions(digest, plan, step);
  add(digest, step.comparisons.size());
  for (const PlannedComparison& comparison : step.comparisons) {
    add(digest, comparison.result.comparator);
    add(digest, comparison.result.arguments);
    add_source(digest, plan.artifacts.at(comparison.expected_artifact).source);
    add(digest, comparison.expected_value);
  }
  add_expectation(digest, step.expectation);
  return digest.finish();
}

}  // namespace sharkreg::core
