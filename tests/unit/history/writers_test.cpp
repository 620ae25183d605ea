// SPDX-License-Identifier: Apache-2.0
// Several that import the same runs at one time.
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include "history/import.h"
#include "runs.h"

namespace sharkreg::core {
namespace {

constexpr int runs_to_import = 6;
constexpr int steps_each = 50;

// Steps of the same subjects in each run, so that all write the same rows.
void write_runs(const Runs& runs) {
  for (int run = 0; run < runs_to_import; ++run) {
    std::vector<StepFinished> steps;
    for (int number = 0; number < steps_each; ++number) {
      steps.push_back(step_of(std::to_string(number), "run acme", Verdict::pass));
    }
    runs.write("run-" + std::to_string(run), whole_run("run", steps));
  }
}

bool import_all(const Runs& runs) {
  const auto history = History::open(runs.history_file());
  return history && import_runs(**history, runs.directory()).has_value();
}

void check_that_all_is_there_once(const Runs& runs) {
  const auto history = runs.history();
  CHECK(runs.import(*history) == 0);
  CHECK(executions_of(*history, "run acme").size() ==
        static_cast<std::size_t>(runs_to_import * steps_each));
}

}  // namespace

TEST_CASE("threads that make and fill one history at once") {
  const Runs runs;
  write_runs(runs);
  std::vector<char> succeeded(4);
  {
    std::vector<std::jthread> threads;
    for (char& success : succeeded) {
      threads.emplace_back([&runs, &success] { success = import_all(runs) ? 1 : 0; });
    }
  }
  CHECK(succeeded == std::vector<char>(4, 1));
  check_that_all_is_there_once(runs);
}

TEST_CASE("processes that make and fill one history at once") {
  const Runs runs;
  write_runs(runs);
  std::vector<pid_t> children;
  for (int number = 0; number < 4; ++number) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) _exit(import_all(runs) ? 0 : 1);
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  check_that_all_is_there_once(runs);
}

}  // namespace sharkreg::core
