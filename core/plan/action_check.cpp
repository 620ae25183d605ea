// SPDX-License-Identifier: Apache-2.0
#include "plan/action_check.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <sharkreg/failure.h>

namespace sharkreg::core {
namespace {

class ActionCheck {
 public:
  ActionCheck(const Action& action, const std::string& backend)
      : action_(action), backend_(backend) {}

  void check() const {
    if (!is_action_name(action_.name)) refuse("that is no name of an action");
    check_outputs();
    check_references();
    if (action_.device_count < 0) {
      refuse(fmt::format("it wants {} devices", action_.device_count));
    }
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw Failure(Failure::Kind::failed,
                  fmt::format("{}: its action \"{}\": {}", backend_, action_.name, what),
                  "the plugin is at fault: ask its author");
  }

 private:
  static bool is_action_name(const std::string& name) {
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, [&](char c) {
      return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
    });
  }

  static bool is_plain_file_name(const std::string& name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
           name.find('\0') == std::string::npos;
  }

  bool has_output(const std::string& id) const {
    return std::ranges::find(action_.outputs, id, &ActionOutput::id) != action_.outputs.end();
  }

  void check_outputs() const {
    std::set<std::string> ids;
    std::set<std::string> file_names;
    for (const ActionOutput& output : action_.outputs) {
      if (!ids.insert(output.id).second) refuse("it has two outputs \"" + output.id + "\"");
      if (!is_plain_file_name(output.file_name)) {
        refuse("it writes to \"" + output.file_name + "\", which is no plain file name");
      }
      if (!file_names.insert(output.file_name).second) {
        refuse("it has two outputs in one file " + output.file_name);
      }
    }
  }

  void check_references() const {
    for (const Argument& argument : action_.arguments) {
      for (const ArgumentPart& part : argument.parts) {
        if (part.kind == ArgumentPart::Kind::output) expect_output(part.value);
      }
    }
    if (!action_.standard_output.empty()) expect_output(action_.standard_output);
    if (!action_.answer_output.empty()) expect_output(action_.answer_output);
  }

  void expect_output(const std::string& id) const {
    if (!has_output(id)) refuse("it refers to an output \"" + id + "\" that it does not list");
  }

  const Action& action_;
  const std::string& backend_;
};

}  // namespace

void check_actions(const std::vector<Action>& actions, const std::string& backend) {
  std::set<std::string> names;
  for (const Action& action : actions) {
    const ActionCheck check(action, backend);
    check.check();
    if (!names.insert(action.name).second) check.refuse("there is another of this name");
  }
}

}  // namespace sharkreg::core
