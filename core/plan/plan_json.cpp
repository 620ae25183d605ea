// SPDX-License-Identifier: Apache-2.0
#include "plan/plan_json.h"

#include <boost/json.hpp>

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
  if (step.left_out) result["left_out"] = true;
  if (step.repetition > 0) result["repetition"] = step.repetition;
  json::array compares;
  for (std::size_t run : step.repetitions) compares.emplace_back(plan.steps.at(run).name);
  if (!compares.empty()) result["compares"] = std::move(compares);
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

}  // namespace sharkreg::core
