// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sharkreg/backend.h>
#include <sharkreg/host.h>

namespace sharkreg::tests {

// A host that answers questions to tools from a table, by the last argument.
class FakeHost final : public Host {
 public:
  std::map<std::string, ToolAnswer> answers;  // a question without an answer fails
  std::map<std::string, std::string> variables;
  mutable std::vector<std::vector<std::string>> questions;
  mutable std::vector<std::vector<std::string>> content_files;

  void log(sr_log_level, std::string_view) const override {}

  std::optional<std::string> environment(const std::string& name) const override {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  }

  ToolAnswer ask_tool(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& files,
                      std::chrono::milliseconds) const override {
    questions.push_back(arguments);
    content_files.push_back(files);
    const auto found = answers.find(arguments.back());
    if (found == answers.end()) {
      throw Failure(Failure::Kind::failed, arguments.front() + " did not answer in time");
    }
    return found->second;
  }
};

// A directory that goes away with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Writes a file, with the directories above it, and returns its path.
  std::string write(const std::filesystem::path& name, std::string_view content) const;
  // The same for a program.
  std::string write_program(const std::filesystem::path& name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

// What compilers of three times print for --help-hidden, shortened: the kinds of lines of the real
// one are all there.
extern const std::string_view help_of_today;  // --iree-rocm-target, prefetch by stages
extern const std::string_view help_of_2025;   // --iree-hip-target, prefetch on or off
extern const std::string_view help_of_2024;   // --iree-rocm-target-chip
extern const std::string_view version_of_today;

// Arguments with references as "{in:program}" and "{out:module}".
std::vector<std::string> shown(const std::vector<Argument>& arguments);

// The only action of this name; fails the test if there is none.
const Action& action_named(const std::vector<Action>& actions, const std::string& name);

// What `function` throws; fails the test if it throws nothing or something else.
template <class Function>
Failure failure_of(Function&& function) {
  try {
    function();
  } catch (const Failure& failure) {
    return failure;
  }
  throw std::logic_error("no Failure was thrown");
}

}  // namespace sharkreg::tests
