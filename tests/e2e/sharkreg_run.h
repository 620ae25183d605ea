// SPDX-License-Identifier: Apache-2.0
// Starts the built program as a user would, in a place of its own, and reads what it left.
//
// Whatever a test cannot do without (a directory, a child process, a results.jsonl) is REQUIREd
// here, so that tests say only what they are about.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "report/event.h"

namespace sharkreg::e2e {

using Arguments = std::vector<std::string>;
using Environment = std::map<std::string, std::string>;

// How a program ended, and what it printed.
struct Ended {
  int exit_status = -1;  // -1: a signal ended it
  int signal = 0;        // 0: none
  std::string out;
  std::string err;
  double seconds = 0;
};

// A program that was started. Its process group is its own. Whoever drops it kills the group.
class Running {
 public:
  Running(pid_t pid, std::filesystem::path out, std::filesystem::path err);
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running();

  pid_t pid() const { return pid_; }
  void send(int signal) const;           // to the program alone
  void send_to_group(int signal) const;  // as a terminal's Ctrl-C does

  // What it has printed so far.
  std::string out() const;
  std::string err() const;

  // Waits for its end; one that takes longer is killed and fails the test.
  Ended wait(std::chrono::milliseconds limit = std::chrono::minutes(2));

 private:
  pid_t pid_;
  std::filesystem::path out_;
  std::filesystem::path err_;
  std::chrono::steady_clock::time_point started_;
  bool waited_ = false;
};

// A fresh directory, removed at the end:
//   work/   where programs are started
//   tests/  models, if a test writes any: tests/MODEL/SUBMODEL.json
//   tools/  stub tools, if a test writes any
//   home/   and cache/: HOME and XDG_CACHE_HOME
class Sandbox {
 public:
  Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox();

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path work() const { return root_ / "work"; }
  std::filesystem::path tests() const { return root_ / "tests"; }
  std::filesystem::path tools() const { return root_ / "tools"; }
  std::filesystem::path cache() const { return root_ / "cache" / "sharkreg"; }

  // The whole environment of what is started: HOME, XDG_CACHE_HOME, PATH, TMPDIR
  // and SHARKREG_LOCK_DIR at first.
  Environment environment;

  // Writes a file, relative to root(), and the directories above it. Returns its path.
  std::filesystem::path write(const std::filesystem::path& relative,
                              std::string_view content) const;

  // The same, executable.
  std::filesystem::path write_program(const std::filesystem::path& relative,
                                      std::string_view script) const;

  // tests/MODEL/SUBMODEL.json, and beside it a program.mlir for it to name.
  void write_model(const std::string& model, const std::string& submodel,
                   std::string_view json) const;

  // Stub tools in tools(): a compiler that writes its output file and a runtime that prints
  // success, both at once; a declaration of no results. Each appends its arguments, one a line
  // after its name and directory, to calls(). A later write_program replaces any of them.
  void write_stub_tools() const;
  std::filesystem::path calls() const { return root_ / "calls"; }

  // sharkreg with these arguments.
  Ended run(const Arguments& arguments,
            std::chrono::milliseconds limit = std::chrono::minutes(5)) const;
  Running start(const Arguments& arguments) const;

  // Another program, by path.
  Ended run_program(const std::string& program, const Arguments& arguments,
                    std::chrono::milliseconds limit = std::chrono::minutes(5)) const;
  Running start_program(const std::string& program, const Arguments& arguments) const;

  // The directories of all runs so far, oldest first.
  std::vector<std::filesystem::path> runs() const;

  // results.jsonl of the last run.
  std::filesystem::path results_file() const;
  std::vector<core::Event> events() const;

 private:
  std::filesystem::path root_;
};

// The step of "model/submodel"; REQUIREd to be there once.
core::StepFinished step_of(const std::vector<core::Event>& events, std::string_view name,
                           std::string_view step);

// The verdict of that step as users see it: "compile-error".
std::string verdict_of(const std::vector<core::Event>& events, std::string_view name,
                       std::string_view step);

// "model/submodel step: verdict" of all steps, sorted.
std::vector<std::string> verdicts_of(const std::vector<core::Event>& events);

core::RunFinished finish_of(const std::vector<core::Event>& events);

bool contains(std::string_view text, std::string_view part);

// How often `part` stands in the text.
std::size_t count_of(std::string_view text, std::string_view part);

// All of the file; REQUIREd to be readable.
std::string content_of(const std::filesystem::path& path);

// A vector as an .npy file; its type as NumPy writes it: "<f4".
std::string npy_vector(const std::string& type, std::size_t count, std::string_view bytes);

// The directory of the tools that were set up with sharkreg; REQUIREd to be there. sharkreg finds
// them by itself.
std::filesystem::path real_tools();

}  // namespace sharkreg::e2e
