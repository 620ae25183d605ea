// SPDX-License-Identifier: Apache-2.0
// What an expected failure makes of a verdict.
#include <set>

#include <doctest/doctest.h>

#include "judge/judge.h"

namespace sharkreg::core {
namespace {

Judgement judgement_of(Verdict verdict) {
  Judgement judgement;
  judgement.verdict = verdict;
  judgement.sentence = "the fin is too long";
  judgement.details = {"fin.mlir:3:1: error: 12 > 10"};
  return judgement;
}

Judgement expecting(const Expectation& expectation, Verdict verdict) {
  Judgement judgement = judgement_of(verdict);
  apply_expectation(expectation, judgement);
  return judgement;
}

Expectation with_message(const std::string& pattern) {
  Expectation expectation;
  expectation.message_pattern = pattern;
  return expectation;
}

TEST_CASE("only what a program did can meet an expected failure") {
  const std::set<Verdict> meeting = {Verdict::fail, Verdict::compile_error, Verdict::run_error,
                                     Verdict::crash};
  for (std::size_t index = 0; index < verdict_names.size(); ++index) {
    const auto verdict = static_cast<Verdict>(index);
    CAPTURE(name_of(verdict));
    const Verdict expected = verdict == Verdict::pass     ? Verdict::xpass
                             : meeting.contains(verdict) ? Verdict::xfail
                                                         : verdict;
    CHECK(expecting({}, verdict).verdict == expected);
  }
}

TEST_CASE("a failure that was expected keeps its sentence") {
  const Judgement judgement = expecting({}, Verdict::run_error);
  CHECK(judgement.sentence == "the fin is too long");
  CHECK(judgement.notes.empty());
}

TEST_CASE("an unexpected pass says what to do") {
  const Judgement judgement = expecting({}, Verdict::pass);
  CHECK(judgement.sentence == "passed, although it was expected to fail");
  CHECK_FALSE(judgement.hint.empty());
}

TEST_CASE("an expectation of one kind is met by that kind alone") {
  Expectation expectation;
  expectation.kind = "crash";
  CHECK(expecting(expectation, Verdict::crash).verdict == Verdict::xfail);
  const Judgement other = expecting(expectation, Verdict::run_error);
  CHECK(other.verdict == Verdict::run_error);
  CHECK(other.notes ==
        std::vector<std::string>{"expected to fail by crash, but it is run-error"});
}

TEST_CASE("a message is looked for in the sentence and in what the tool said") {
  for (const char* pattern : {"too long", "fin.*long", "error: [0-9]+ > 10", "^the fin"}) {
    CHECK(expecting(with_message(pattern), Verdict::fail).verdict == Verdict::xfail);
  }
  const Judgement other = expecting(with_message("too short"), Verdict::fail);
  CHECK(other.verdict == Verdict::fail);
  CHECK(other.notes ==
        std::vector<std::string>{"expected to fail with a message like \"too short\""});
}

TEST_CASE("a pattern that nothing can be done with is not found, and ends nothing") {
  const Judgement judgement = expecting(with_message("(unclosed"), Verdict::fail);
  CHECK(judgement.verdict == Verdict::fail);
  REQUIRE(judgement.notes.size() == 1);
  CHECK(judgement.notes[0].starts_with(
      "the message that was expected, \"(unclosed\", cannot be looked for: "));
}

TEST_CASE("a pass is unexpected whatever kind of failure was expected") {
  Expectation expectation = with_message("x");
  expectation.kind = "crash";
  CHECK(expecting(expectation, Verdict::pass).verdict == Verdict::xpass);
}

}  // namespace
}  // namespace sharkreg::core
