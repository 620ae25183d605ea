// SPDX-License-Identifier: Apache-2.0
#include "cli/attempts.h"

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

using std::chrono::milliseconds;

StepFinished ended(Verdict verdict, const std::string& sentence = {}) {
  StepFinished record;
  record.verdict = verdict;
  record.sentence = sentence;
  return record;
}

struct Trial {
  explicit Trial(int retries)
      : attempts(retries, [this](int attempt) {
          waits.push_back(attempt);
          return milliseconds(attempt);
        }) {}

  // Whether the step is to be done again.
  bool take(StepFinished its) {
    record = std::move(its);
    return attempts.take(plan, 0, record).has_value();
  }

  CasePlan plan;
  std::vector<int> waits;
  Attempts attempts;
  StepFinished record;
};

TEST_CASE("only broken infrastructure is tried again") {
  Trial trial(3);
  for (const Verdict verdict :
       {Verdict::pass, Verdict::fail, Verdict::compile_error, Verdict::run_error, Verdict::timeout,
        Verdict::crash, Verdict::xfail, Verdict::blocked, Verdict::not_run}) {
    CHECK_FALSE(trial.take(ended(verdict)));
    CHECK_FALSE(trial.record.attempts);
    CHECK(trial.record.notes.empty());
  }
  CHECK(trial.take(ended(Verdict::infrastructure)));
}

TEST_CASE("what would come to the same is not tried again") {
  Trial trial(3);
  StepFinished record = ended(Verdict::infrastructure, "no device is left");
  CHECK_FALSE(trial.attempts.take(trial.plan, 0, record, true));
  CHECK_FALSE(record.attempts);
  CHECK(trial.take(ended(Verdict::infrastructure, "the device broke")));
  CHECK_FALSE(trial.attempts.take(trial.plan, 0, record, true));
  CHECK(record.attempts == 2);
}

TEST_CASE("a step that came right says how often it was tried and what was first") {
  Trial trial(3);
  CHECK(trial.take(ended(Verdict::infrastructure, "no network")));
  CHECK(trial.take(ended(Verdict::infrastructure, "no disk")));
  CHECK_FALSE(trial.take(ended(Verdict::pass)));
  CHECK(trial.waits == std::vector<int>{2, 3});
  CHECK(trial.record.attempts == 3);
  CHECK(trial.record.notes == std::vector<std::string>{"passed on attempt 3; first: no network"});
  // The next one begins from nothing.
  CHECK_FALSE(trial.take(ended(Verdict::pass)));
  CHECK_FALSE(trial.record.attempts);
}

TEST_CASE("a wrong number on a later attempt stays one") {
  Trial trial(5);
  CHECK(trial.take(ended(Verdict::infrastructure, "no network")));
  CHECK_FALSE(trial.take(ended(Verdict::fail, "wrong")));
  CHECK(trial.record.verdict == Verdict::fail);
  CHECK(trial.record.notes.front() == "fail on attempt 2; first: no network");
}

TEST_CASE("what never comes right is tried so often and no more") {
  Trial trial(2);
  CHECK(trial.take(ended(Verdict::infrastructure, "no network")));
  CHECK(trial.take(ended(Verdict::infrastructure, "no network")));
  CHECK_FALSE(trial.take(ended(Verdict::infrastructure, "still none")));
  CHECK(trial.record.attempts == 3);
  CHECK(trial.record.sentence == "still none");
  Trial none(0);
  CHECK_FALSE(none.take(ended(Verdict::infrastructure)));
}

TEST_CASE("an attempt that was stopped before it began leaves the verdict of the one before") {
  Trial trial(2);
  CHECK(trial.take(ended(Verdict::infrastructure, "no network")));
  trial.attempts.stop();
  CHECK_FALSE(trial.take(ended(Verdict::not_run, "interrupted")));
  CHECK(trial.record.verdict == Verdict::infrastructure);
  CHECK(trial.record.sentence == "no network");
  CHECK_FALSE(trial.record.attempts);
}

TEST_CASE("each wait is twice as long as the one before, up to a minute") {
  CHECK(wait_before(2) == std::chrono::seconds(1));
  CHECK(wait_before(3) == std::chrono::seconds(2));
  CHECK(wait_before(7) == std::chrono::seconds(32));
  CHECK(wait_before(8) == std::chrono::seconds(60));
  CHECK(wait_before(100) == std::chrono::seconds(60));
}

}  // namespace
}  // namespace sharkreg::core
