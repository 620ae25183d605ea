// SPDX-License-Identifier: Apache-2.0
#include "report/outcome.h"

#include <csignal>
#include <initializer_list>

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

Tally tally_of(std::initializer_list<Verdict> verdicts) {
  Tally tally;
  for (const Verdict verdict : verdicts) tally.add(verdict);
  return tally;
}

const OutcomeOptions usual;
const OutcomeOptions strict{.strict_xfail = true, .signal = {}};

int expected_next_to_a_pass(Verdict verdict) {
  switch (verdict) {
    case Verdict::fail:
    case Verdict::compile_error:
    case Verdict::run_error:
    case Verdict::timeout:
    case Verdict::crash:
    case Verdict::no_golden:
      return 1;
    case Verdict::invalid:
      return 2;
    case Verdict::infrastructure:
      return 3;
    default:
      return 0;
  }
}

TEST_CASE("each verdict next to a pass has its exit status") {
  for (std::size_t index = 0; index < verdict_names.size(); ++index) {
    const auto verdict = static_cast<Verdict>(index);
    CAPTURE(verdict_names[index]);
    const int expected = expected_next_to_a_pass(verdict);
    const Tally tally = tally_of({Verdict::pass, verdict});
    CHECK(tally.exit_status(usual) == expected);
    CHECK(tally.exit_status(strict) == (verdict == Verdict::xpass ? 1 : expected));
  }
}

TEST_CASE("the higher exit status beats the lower") {
  CHECK(tally_of({Verdict::fail, Verdict::invalid}).exit_status(usual) == 2);
  const Tally all_three = tally_of({Verdict::infrastructure, Verdict::invalid, Verdict::fail});
  CHECK(all_three.exit_status(usual) == 3);
  CHECK(all_three.exit_status({.strict_xfail = false, .signal = SIGINT}) == 130);
  CHECK(tally_of({Verdict::pass}).exit_status({.strict_xfail = false, .signal = SIGTERM}) == 143);
}

TEST_CASE("nothing judged at all is never a success") {
  CHECK(tally_of({}).exit_status(usual) == 2);
  CHECK(tally_of({Verdict::skip}).exit_status(usual) == 2);
  CHECK(tally_of({Verdict::skip, Verdict::unavailable}).exit_status(usual) == 3);
  CHECK(tally_of({Verdict::blocked, Verdict::not_run}).exit_status(usual) == 2);
  CHECK(tally_of({Verdict::invalid, Verdict::unavailable}).exit_status(usual) == 3);
  CHECK(tally_of({Verdict::no_golden}).exit_status(usual) == 1);
  CHECK(tally_of({Verdict::xfail}).exit_status(usual) == 0);
}

TEST_CASE("the conclusion gives the reason of the exit status") {
  CHECK(tally_of({Verdict::pass}).conclusion(usual) == "1 step judged, none of them bad.");
  CHECK(tally_of({Verdict::pass, Verdict::pass, Verdict::skip}).conclusion(usual) ==
        "2 steps judged, none of them bad; 1 not judged.");
  CHECK(tally_of({Verdict::fail, Verdict::pass, Verdict::crash, Verdict::fail}).conclusion(usual) ==
        "3 steps bad (2 fail, 1 crash).");
  CHECK(tally_of({Verdict::xpass}).conclusion(strict) == "1 step bad (1 xpass).");
  CHECK(tally_of({Verdict::fail, Verdict::invalid, Verdict::invalid}).conclusion(usual) ==
        "2 files invalid; 1 step bad (1 fail).");
  CHECK(tally_of({Verdict::infrastructure}).conclusion(usual) ==
        "1 step stopped by broken infrastructure; nothing was judged (1 infra).");
  CHECK(tally_of({}).conclusion(usual) == "there was no step.");
  CHECK(tally_of({Verdict::skip, Verdict::unavailable}).conclusion(usual) ==
        "nothing was judged (1 skip, 1 unavailable).");
  CHECK(tally_of({Verdict::skip}).conclusion(usual) == "nothing was judged (1 skip).");
  CHECK(tally_of({Verdict::not_run, Verdict::pass, Verdict::fail, Verdict::not_run})
            .conclusion({.strict_xfail = false, .signal = SIGTERM}) ==
        "interrupted by SIGTERM, 2 steps not run; 1 step bad (1 fail).");
}

TEST_CASE("the counts tell what was judged and what was not") {
  CHECK(tally_of({Verdict::pass, Verdict::pass, Verdict::unavailable, Verdict::pass}).sentence() ==
        "4 steps: 3 judged (3 pass), 1 not judged (1 unavailable)");
  CHECK(tally_of({Verdict::xpass, Verdict::pass}).sentence() ==
        "2 steps: 2 judged (1 pass, 1 xpass)");
  CHECK(tally_of({Verdict::skip}).sentence() == "1 step: none judged, 1 not judged (1 skip)");
  CHECK(tally_of({}).sentence() == "0 steps: none judged");
  const auto counts = tally_of({Verdict::pass, Verdict::compile_error, Verdict::pass}).counts();
  CHECK(counts == std::map<std::string, std::int64_t>{{"compile-error", 1}, {"pass", 2}});
}

TEST_CASE("a run that was stopped after failures says so, and its exit status is theirs") {
  Tally tally;
  for (const Verdict verdict : {Verdict::pass, Verdict::fail, Verdict::not_run, Verdict::not_run}) {
    tally.add(verdict);
  }
  OutcomeOptions options;
  options.stopped_by = "--fail-fast";
  CHECK(tally.exit_status(options) == exit_bad_verdict);
  CHECK(tally.conclusion(options) ==
        "1 step bad (1 fail); stopped by --fail-fast, 2 steps not run.");
}

TEST_CASE("what makes the exit status another than 0 fails the run") {
  for (std::size_t index = 0; index < verdict_names.size(); ++index) {
    const auto verdict = static_cast<Verdict>(index);
    for (const bool strict : {false, true}) {
      Tally tally;
      tally.add(Verdict::pass);
      tally.add(verdict);
      INFO(name_of(verdict), strict);
      CHECK(fails_the_run(verdict, strict) == (tally.exit_status({strict, std::nullopt}) != 0));
    }
  }
}

}  // namespace
}  // namespace sharkreg::core
