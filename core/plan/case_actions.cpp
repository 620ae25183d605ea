// SPDX-License-Identifier: Apache-2.0
// How the actions of a backend's answer are joined to the plan of a case, and what is refused.
#include <algorithm>

#include <fmt/format.h>

#include "plan/action_check.h"
#include "plan/case_planner.h"

namespace sharkreg::core {

std::string target_name(const PlannedStep& step, char separator) {
  return step.target.empty() ? step.backend : step.backend + separator + step.target;
}

void CasePlanner::add_actions(PlannedStep& step, const ChosenBackend& backend,
                              const std::vector<Action>& actions, Files& files) {
  check_actions(actions, backend.name);
  for (const Action& action : actions) {
    PlannedAction planned = planned_action(step, backend, action);
    if (&action != &actions.front()) planned.side_file_tag += "." + action.name;
    refer_to_inputs(step, planned, files);
    refuse_shared_outputs(planned, backend.name);
    const std::size_t index = plan_.actions.size();
    for (const ActionOutput& output : action.outputs) {
      files[output.id] = {FileOrigin::Kind::output, index, output.id};
    }
    step.actions.push_back(index);
    plan_.actions.push_back(std::move(planned));
  }
}

PlannedAction CasePlanner::planned_action(const PlannedStep& step, const ChosenBackend& backend,
                                          const Action& action) const {
  PlannedAction planned;
  planned.action = action;
  planned.step = plan_.steps.size() - 1;
  planned.log_directory = options_.run_dir / directory_ / step.slug;
  planned.output_directory = step.stage == Stage::compile
                                 ? options_.output_dir / (directory_ + "_vmfbs")
                                 : planned.log_directory;
  planned.side_file_tag = target_name(step, '_');
  planned.time_limit = options_.time_limit;
  planned.limits = options_.limits;
  if (action.device_count == 0) planned.limits.stall_after = std::chrono::milliseconds(0);
  if (action.device_count > 0) planned.devices = devices_for(backend, step.target);
  planned.plugin_library = backend.library;
  planned.plugin_trusted_sha256 = backend.library_trusted_sha256;
  planned.plugin_interface = backend.name;
  planned.configuration = backend.configuration;
  return planned;
}

void CasePlanner::refer_to_inputs(PlannedStep& step, PlannedAction& planned, const Files& files) {
  const auto refer_to = [&](const std::string& id) {
    const auto file = files.find(id);
    if (file == files.end()) {
      throw Failure(Failure::Kind::failed,
                    fmt::format("{}: its action \"{}\" refers to a file \"{}\" that nothing makes",
                                step.backend, planned.action.name, id));
    }
    planned.inputs[id] = file->second;
    if (file->second.kind == FileOrigin::Kind::artifact) need_artifact(step, file->second.index);
  };
  for (const std::string& id : planned.action.inputs) refer_to(id);
  for (const Argument& argument : planned.action.arguments) {
    for (const ArgumentPart& part : argument.parts) {
      if (part.kind == ArgumentPart::Kind::input) refer_to(part.value);
    }
  }
}

// One would silently replace what the other wrote, and both steps be judged by it.
void CasePlanner::refuse_shared_outputs(const PlannedAction& planned,
                                        const std::string& backend) const {
  for (const PlannedAction& other : plan_.actions) {
    if (other.output_directory != planned.output_directory) continue;
    for (const ActionOutput& output : planned.action.outputs) {
      const auto& others = other.action.outputs;
      if (std::ranges::find(others, output.file_name, &ActionOutput::file_name) == others.end()) {
        continue;
      }
      throw Failure(Failure::Kind::failed,
                    fmt::format("{}: its action \"{}\" writes {}, as \"{}\" of {} does", backend,
                                planned.action.name, output.file_name, other.action.name,
                                plan_.steps.at(other.step).name));
    }
  }
}

void CasePlanner::add_comparisons(PlannedStep& step, const RunPlan& answer, const Files& files) {
  for (const PlannedResult& result : answer.results) {
    const auto expected = files.find(result.expectation);
    const auto index = static_cast<std::size_t>(result.index);
    if (expected == files.end() || expected->second.kind != FileOrigin::Kind::artifact ||
        !is_made_by(step, files, result.output) || result.index < 0 ||
        index >= case_.outputs.size()) {
      throw Failure(
          Failure::Kind::failed,
          fmt::format("{}: its plan compares \"{}\" with \"{}\", which are not both there",
                      step.backend, result.output, result.expectation));
    }
    PlannedComparison comparison{result, expected->second.index, case_.outputs[index].value};
    if (!options_.comparator.empty()) comparison.result.comparator = options_.comparator;
    step.comparisons.push_back(std::move(comparison));
    need_artifact(step, expected->second.index);
  }
}

// What would make a run pass that proves nothing, or cannot be judged.
void CasePlanner::check_run(const PlannedStep& step, const RunRequest& request,
                            const RunPlan& answer, const Files& files) {
  const auto refuse = [&](const std::string& what) {
    throw Failure(Failure::Kind::failed, step.backend + ": its plan of a run " + what,
                  "the plugin is at fault: ask its author");
  };
  if (step.actions.empty()) refuse("has no action");
  if (!answer.declarations.empty() && !is_made_by(step, files, answer.declarations)) {
    refuse("reads \"" + answer.declarations + "\", which none of its actions writes");
  }
  if (request.comparison == ComparisonMode::runtime) return;
  for (const RunExpectation& expectation : request.expectations) {
    if (!expectation.file) continue;
    const auto found =
        std::ranges::find(answer.results, expectation.file->id, &PlannedResult::expectation);
    if (found == answer.results.end()) refuse("compares nothing with " + expectation.file->id);
  }
}

bool CasePlanner::is_made_by(const PlannedStep& step, const Files& files, const std::string& id) {
  const auto file = files.find(id);
  return file != files.end() && file->second.kind == FileOrigin::Kind::output &&
         std::ranges::find(step.actions, file->second.index) != step.actions.end();
}

void CasePlanner::need_artifact(PlannedStep& step, std::size_t artifact) {
  if (std::ranges::find(step.artifacts, artifact) == step.artifacts.end()) {
    step.artifacts.push_back(artifact);
  }
}

}  // namespace sharkreg::core
