// SPDX-License-Identifier: Apache-2.0
// A short program and its answer, with real processes.
#include "execute/run_to_end.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

using End = LaunchResult::End;

LaunchRequest shell(const std::string& commands) {
  LaunchRequest request;
  request.program = "/bin/sh";
  request.arguments = {"-c", commands};
  return request;
}

Answer answer_of(const LaunchRequest& request) {
  const Result<Answer> answer = run_to_end(SHARKREG_SUPERVISOR, request);
  REQUIRE_MESSAGE(answer.has_value(), (answer ? "" : to_text(answer.error())));
  return *answer;
}

// Sets TMPDIR and puts back what was there.
class TemporaryPlace {
 public:
  explicit TemporaryPlace(const std::string& path) {
    if (const char* value = std::getenv("TMPDIR")) before_ = value;
    setenv("TMPDIR", path.c_str(), 1);
  }
  TemporaryPlace(const TemporaryPlace&) = delete;
  TemporaryPlace& operator=(const TemporaryPlace&) = delete;
  ~TemporaryPlace() {
    if (before_) {
      setenv("TMPDIR", before_->c_str(), 1);
    } else {
      unsetenv("TMPDIR");
    }
  }

 private:
  std::optional<std::string> before_;
};

TEST_CASE("both streams and the exit status come back") {
  const Answer answer = answer_of(shell("echo to out; echo to err >&2; exit 3"));
  CHECK(answer.result.end == End::exited);
  CHECK(answer.result.exit_status == 3);
  CHECK(answer.standard_output == "to out\n");
  CHECK(answer.standard_error == "to err\n");
}

TEST_CASE("the program sees only the environment that it is given") {
  LaunchRequest request = shell("echo ${GIVEN-none} ${HOME-none}");
  request.environment = {{"GIVEN", "yes"}};
  CHECK(answer_of(request).standard_output == "yes none\n");
}

TEST_CASE("a program that is not there, or does not end, is an answer too") {
  LaunchRequest missing;
  missing.program = "/no/such/program";
  CHECK(answer_of(missing).result.end == End::start_failed);

  LaunchRequest endless = shell("echo begun; while :; do :; done");
  endless.time_limit = std::chrono::milliseconds(200);
  const Answer answer = answer_of(endless);
  CHECK(answer.result.end == End::timed_out);
  CHECK(answer.standard_output == "begun\n");
}

TEST_CASE("nothing is left of an answer, and a missing TMPDIR keeps nobody from asking") {
  const auto directory = std::filesystem::temp_directory_path() / "sharkreg run_to_end test";
  std::filesystem::remove_all(directory);
  std::filesystem::create_directory(directory);
  {
    const TemporaryPlace place(directory.string());
    CHECK(answer_of(shell("echo here")).standard_output == "here\n");
    CHECK(std::filesystem::is_empty(directory));
  }
  const TemporaryPlace nowhere((directory / "missing").string());
  CHECK(answer_of(shell("echo elsewhere")).standard_output == "elsewhere\n");
  std::filesystem::remove_all(directory);
}

TEST_CASE("a supervisor that cannot be started is an error") {
  CHECK(run_to_end("/no/such/supervisor", shell("true")).has_error());
}

}  // namespace
}  // namespace sharkreg::core
