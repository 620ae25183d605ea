// SPDX-License-Identifier: Apache-2.0
#include "plan/plan_script.h"

#include <fmt/format.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

std::string quoted(const std::filesystem::path& path) {
  return shell_quote(path.string());
}

// Texts of plugins and model files may have several lines: none must become a command.
std::string comment(const std::string& text) {
  std::string result;
  for (const std::string& line : split(text, '\n')) result += fmt::format("# {}\n", line);
  return result;
}

// `env -i` with what the action lists: values as planned, else the user's own.
std::string environment_of(const PlannedAction& planned) {
  std::string result = "env -i";
  for (const EnvironmentVariable& variable : planned.action.environment) {
    if (variable.value) {
      result +=
          fmt::format(" {}", shell_quote(fmt::format("{}={}", variable.name, *variable.value)));
    } else {
      result += fmt::format(" ${{{0}+{0}=\"${0}\"}}", variable.name);
    }
  }
  return result;
}

std::string command_of(const CasePlan& plan, const PlannedAction& planned,
                       const std::map<std::string, std::string>& names) {
  std::string command =
      fmt::format("{} {}", environment_of(planned), shell_quote(planned.action.program));
  for (const std::string& argument : bind_arguments(planned, names)) {
    command += fmt::format(" \\\n    {}", shell_quote(argument));
  }
  const std::string& printed = planned.action.standard_output;
  if (!printed.empty()) {
    const FileOrigin origin{FileOrigin::Kind::output,
                            static_cast<std::size_t>(&planned - plan.actions.data()), printed};
    command += fmt::format(" \\\n    > {}", quoted(path_of(plan, origin)));
  }
  return command;
}

std::string script_of_action(const CasePlan& plan, const PlannedAction& planned) {
  const Action& action = planned.action;
  if (action.in_process) {
    return comment(
        fmt::format("{}: done by the plugin {} itself", action.name, planned.plugin_interface));
  }
  const auto names = names_of_inputs(plan, planned);
  std::string text;
  if (!action.program_missing.empty()) text += comment(action.program_missing);
  text += "work=$(mktemp -d)\ncd \"$work\"\n";
  for (const auto& [id, name] : names) {
    if (const std::size_t slash = name.find('/'); slash != std::string::npos) {
      text += fmt::format("mkdir {}\n", shell_quote(name.substr(0, slash)));
    }
    text += fmt::format("ln -s {} {}\n", quoted(path_of(plan, planned.inputs.at(id))),
                        shell_quote(name));
  }
  text += fmt::format("mkdir -p {} {}\n", quoted(planned.output_directory),
                      quoted(planned.log_directory));
  text += command_of(plan, planned, names) + "\n";
  for (const ActionOutput& output : action.outputs) {
    if (output.id == action.standard_output) continue;
    text += fmt::format("mv {} {}\n", shell_quote(output.file_name),
                        quoted(planned.output_directory / output.file_name));
  }
  return text + "cd / && rm -rf \"$work\"\n";
}

std::string script_of_comparison(const CasePlan& plan, const PlannedStep& step,
                                 const PlannedComparison& comparison, const std::string& sharkreg) {
  const FileOrigin actual = origin_of_output(plan, step, comparison.result.output);
  std::string text = fmt::format("{} compare {} {}", sharkreg,
                                 quoted(plan.artifacts.at(comparison.expected_artifact).path),
                                 quoted(path_of(plan, actual)));
  if (!comparison.expected_value.empty()) {
    text += fmt::format(" --value={}", shell_quote(comparison.expected_value));
  }
  text += fmt::format(" --comparator={}", shell_quote(comparison.result.comparator));
  for (const std::string& argument : comparison.result.arguments) {
    text += fmt::format(" --args={}", shell_quote(argument));
  }
  return text + "\n";
}

// The results of the first run with those of each other.
std::string script_of_repetitions(const CasePlan& plan, const PlannedStep& step) {
  std::string text;
  for (std::size_t run : step.repetitions) {
    if (run == step.repetitions.front()) continue;
    const PlannedStep& first = plan.steps.at(step.repetitions.front());
    for (const PlannedComparison& comparison : first.comparisons) {
      const auto path = [&](const PlannedStep& of) {
        return quoted(path_of(plan, origin_of_output(plan, of, comparison.result.output)));
      };
      text += fmt::format("cmp {} {}\n", path(first), path(plan.steps.at(run)));
    }
  }
  return text;
}

std::string script_of_step(const CasePlan& plan, const PlannedStep& step,
                           const std::string& sharkreg) {
  std::string text = fmt::format("\n{}", comment(plan.name() + ": " + step.name));
  if (step.foregone) {
    return text +
           comment(fmt::format("{}: {}", name_of(step.foregone->verdict), step.foregone->sentence));
  }
  if (step.left_out) return text + comment("left out: what it makes is there (--stage=run)");
  for (const PlanNote& note : step.notes) text += comment("note: " + note.text);
  if (step.expectation) text += "# expected to fail\nset +e\n";
  for (std::size_t index : step.actions) text += script_of_action(plan, plan.actions.at(index));
  for (const PlannedComparison& comparison : step.comparisons) {
    text += script_of_comparison(plan, step, comparison, sharkreg);
  }
  if (step.expectation) text += "set -e\n";
  return text + script_of_repetitions(plan, step);
}

}  // namespace

std::string to_script(const std::vector<CasePlan>& plans, const std::string& sharkreg,
                      const std::string& fetch_command) {
  std::string text = "#!/bin/sh\nset -eu\n\n" + fetch_command + "\n";
  for (const CasePlan& plan : plans) {
    for (const PlannedStep& step : plan.steps) text += script_of_step(plan, step, sharkreg);
  }
  return text;
}

}  // namespace sharkreg::core
