// SPDX-License-Identifier: Apache-2.0
#include "plan/plan.h"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace sharkreg::core {
namespace {

const ActionOutput& output_of(const PlannedAction& action, const std::string& id) {
  const auto& outputs = action.action.outputs;
  const auto found = std::ranges::find(outputs, id, &ActionOutput::id);
  if (found == outputs.end()) throw std::logic_error("an action has no output " + id);
  return *found;
}

}  // namespace

std::string step_name(Stage stage, const std::string& backend, const std::string& target) {
  std::string name(name_of(stage));
  name += " " + backend;
  if (!target.empty()) name += " " + target;
  return name;
}

std::filesystem::path ArtifactPlaces::place_of(const Source& source) {
  std::filesystem::path path = directory_ / source.file_name;
  for (int number = 2;; ++number) {
    const auto [taken, is_new] = taken_.try_emplace(path.native(), source);
    if (is_new || taken->second.is_same_artifact(source)) return path;
    path = directory_ / std::to_string(number) / source.file_name;
  }
}

FileOrigin origin_of_output(const CasePlan& plan, const PlannedStep& step, const std::string& id) {
  for (auto index = step.actions.rbegin(); index != step.actions.rend(); ++index) {
    const auto& outputs = plan.actions.at(*index).action.outputs;
    if (std::ranges::find(outputs, id, &ActionOutput::id) != outputs.end()) {
      return {FileOrigin::Kind::output, *index, id};
    }
  }
  throw std::logic_error("step " + step.name + " has no output " + id);
}

std::filesystem::path path_of(const CasePlan& plan, const FileOrigin& origin) {
  if (origin.kind == FileOrigin::Kind::artifact) return plan.artifacts.at(origin.index).path;
  const PlannedAction& writer = plan.actions.at(origin.index);
  if (writer.action.standard_output == origin.output) {
    return writer.log_directory / (writer.action.name + ".stdout.log");
  }
  return writer.output_directory / output_of(writer, origin.output).file_name;
}

std::map<std::string, std::string> names_of_inputs(const CasePlan& plan,
                                                   const PlannedAction& action) {
  std::set<std::string> taken;
  for (const ActionOutput& output : action.action.outputs) taken.insert(output.file_name);
  std::map<std::string, std::string> names;
  std::vector<std::string> left;  // ids of files whose own names are taken
  for (const auto& [id, origin] : action.inputs) {
    const std::string own = path_of(plan, origin).filename();
    if (taken.insert(own).second) {
      names[id] = own;
    } else {
      left.push_back(id);
    }
  }
  for (const std::string& id : left) {
    std::string directory = id;
    while (!taken.insert(directory).second) directory += "_";
    names[id] = directory + "/" + path_of(plan, action.inputs.at(id)).filename().string();
  }
  return names;
}

std::vector<std::string> bind_arguments(const PlannedAction& action,
                                        const std::map<std::string, std::string>& inputs) {
  std::vector<std::string> result;
  result.reserve(action.action.arguments.size());
  for (const Argument& argument : action.action.arguments) {
    std::string text;
    for (const ArgumentPart& part : argument.parts) {
      switch (part.kind) {
        case ArgumentPart::Kind::text:
          text += part.value;
          break;
        case ArgumentPart::Kind::input:
          text += inputs.at(part.value);
          break;
        case ArgumentPart::Kind::output:
          text += output_of(action, part.value).file_name;
          break;
      }
    }
    result.push_back(std::move(text));
  }
  return result;
}

}  // namespace sharkreg::core
