// SPDX-License-Identifier: Apache-2.0
#include "action_rules.h"

#include <algorithm>

#include "tree.h"

namespace sharkreg::conformance {
namespace {

class ActionRules {
 public:
  ActionRules(const Context& context, const Action& action, std::set<std::string>& known)
      : context_(context), action_(action), known_(known) {}

  void check() {
    require(is_name(action_.name), "a name [a-z][a-z0-9_]*", shown(action_.name),
            "messages and files are named by it");
    check_program();
    check_outputs();
    check_references();
    require(action_.cpu_slots >= 0 && action_.device_count >= 0,
            "numbers of processors and devices", "a negative number", "say 0 for none");
    for (const std::string& argument : action_.serial_arguments) {
      require(!argument.empty() && argument.find('\0') == std::string::npos,
              "serial_arguments that are arguments", shown(argument),
              "leave out what says nothing to the program");
    }
    for (const std::string& file : action_.content_files) {
      require(!file.empty() && file.front() == '/', "content_files that are absolute paths",
              shown(file), "resolve tools and libraries to absolute paths");
    }
    for (const EnvironmentVariable& variable : action_.environment) {
      require(!variable.name.empty() && variable.name.find('=') == std::string::npos,
              "names of environment variables", shown(variable.name), "give name and value apart");
    }
  }

 private:
  static bool is_name(const std::string& name) {
    return !name.empty() && name[0] >= 'a' && name[0] <= 'z' &&
           std::ranges::all_of(name, [](char c) {
             return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
           });
  }

  void require(bool holds, const std::string& wanted, const std::string& came,
               const std::string& advice) const {
    context_.require(holds, "action " + shown(action_.name) + ": " + wanted, came, advice);
  }

  void check_program() const {
    if (action_.in_process) return;
    require(!action_.program.empty(), "a program", "none",
            "name the tool even if it is missing, and say so in program_missing");
    require(action_.program.front() == '/' || !action_.program_missing.empty(),
            "a program by its absolute path, or program_missing", shown(action_.program),
            "look the tool up in the configuration's tool_directories");
  }

  void check_outputs() {
    std::set<std::string> files;
    for (const ActionOutput& output : action_.outputs) {
      require(!output.id.empty(), "outputs that have an id", "one without", "give it one");
      require(outputs_.insert(output.id).second, "one output of each id",
              shown(output.id) + " twice", "rename one of them");
      const std::string& name = output.file_name;
      const bool plain = !name.empty() && name != "." && name != ".." &&
                         name.find('/') == std::string::npos &&
                         name.find('\0') == std::string::npos;
      require(plain, "file names without directories", shown(name),
              "actions run in a directory of their own: write there");
      require(files.insert(name).second, "one output a file", shown(name) + " twice",
              "name the files apart");
    }
  }

  void check_references() {
    for (const Argument& argument : action_.arguments) {
      for (const ArgumentPart& part : argument.parts) {
        if (part.kind == ArgumentPart::Kind::input) expect_input(part.value);
        if (part.kind == ArgumentPart::Kind::output) expect_output(part.value);
      }
    }
    for (const std::string& id : action_.inputs) expect_input(id);
    if (!action_.standard_output.empty()) expect_output(action_.standard_output);
    if (!action_.answer_output.empty()) expect_output(action_.answer_output);
    for (const std::string& id : outputs_) known_.insert(id);
  }

  void expect_input(const std::string& id) const {
    require(known_.count(id) > 0, "inputs of the request or outputs of earlier actions", shown(id),
            "actions come in the order in which they are run");
  }

  void expect_output(const std::string& id) const {
    require(outputs_.count(id) > 0, "outputs that the action lists", shown(id),
            "list it in the action's outputs");
  }

  const Context& context_;
  const Action& action_;
  std::set<std::string>& known_;
  std::set<std::string> outputs_;
};

}  // namespace

std::set<std::string> check_actions(const Context& context, const std::vector<Action>& actions,
                                    std::set<std::string> known) {
  std::set<std::string> names;
  for (const Action& action : actions) {
    ActionRules(context, action, known).check();
    context.require(names.insert(action.name).second, "actions of different names",
                    shown(action.name) + " twice", "name them apart");
  }
  return known;
}

}  // namespace sharkreg::conformance
