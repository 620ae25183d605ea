// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace sharkreg::core {

// What a step came to.
enum class Verdict {
  pass,
  fail,   // wrong numbers, count, shape or type, or a golden value exceeded
  xfail,  // failed as expected
  xpass,  // passed although a failure was expected
  skip,   // the model file says so
  compile_error,
  run_error,
  timeout,
  crash,           // ended by a signal
  invalid,         // the file cannot be read as a case
  blocked,         // what it needs did not succeed; neutral
  not_run,         // interrupted before its turn
  no_golden,       // a golden value was asked for that is not there
  unavailable,     // no such device here
  infrastructure,  // "infra": fetch, disk, plugin or tool is broken
};

inline constexpr std::array<std::string_view, 15> verdict_names = {
    "pass",  "fail",    "xfail",   "xpass",   "skip",      "compile-error", "run-error", "timeout",
    "crash", "invalid", "blocked", "not-run", "no-golden", "unavailable",   "infra"};

constexpr std::string_view name_of(Verdict verdict) {
  return verdict_names[static_cast<std::size_t>(verdict)];
}

constexpr std::optional<Verdict> verdict_from_name(std::string_view name) {
  for (std::size_t index = 0; index < verdict_names.size(); ++index) {
    if (verdict_names[index] == name) return static_cast<Verdict>(index);
  }
  return std::nullopt;
}

// Something was found out about the program under test; the opposite are steps that never came to
// a judgement. A run in which nothing was judged is not a success.
constexpr bool is_judged(Verdict verdict) {
  switch (verdict) {
    case Verdict::skip:
    case Verdict::blocked:
    case Verdict::not_run:
    case Verdict::no_golden:
    case Verdict::unavailable:
    case Verdict::infrastructure:
    case Verdict::invalid:
      return false;
    default:
      return true;
  }
}

// Deserves a paragraph of its own in a report.
constexpr bool is_bad(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
    case Verdict::xfail:
    case Verdict::skip:
    case Verdict::blocked:
    case Verdict::unavailable:
      return false;
    default:
      return true;
  }
}

// Exit statuses of the program; where several apply, the highest counts.
enum ExitStatus {
  exit_fine = 0,
  exit_bad_verdict = 1,
  exit_usage = 2,  // wrong usage, or a file of the suite is invalid
  exit_infrastructure = 3,
  exit_interrupted = 130,  // SIGINT
  exit_terminated = 143,   // SIGTERM
};

}  // namespace sharkreg::core
