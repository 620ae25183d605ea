// SPDX-License-Identifier: Apache-2.0
// What a run as a whole came to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/verdict.h"

namespace sharkreg::core {

struct OutcomeOptions {
  bool strict_xfail = false;    // an unexpected pass is bad
  std::optional<int> signal;    // SIGINT or SIGTERM, when the run was interrupted by it
  bool may_be_empty = false;    // a shard: when it has no step at all, others have them
  std::string stopped_by = {};  // the option that ended it before all was done: "--fail-fast"
};

// Makes the exit status of a run something else than 0.
bool fails_the_run(Verdict verdict, bool strict_xfail);

// Counts the verdicts of steps and says what follows from them.
//
// The exit status is the highest of those that apply:
//   130, 143  the run was interrupted by SIGINT, or SIGTERM
//   3         a step has the verdict infra; or nothing was judged, since what it takes is not here
//             (a step is unavailable)
//   2         a file is invalid; or nothing was judged for another reason: what was selected holds
//             nothing but steps that are skipped, which is the selection's fault
//   1         there is a finding; or a step is fail, compile-error, run-error, timeout, crash or no-golden; or xpass, when
//             strict
//   0         everything else: something was judged, and none of it is bad
// A step that is blocked or not-run has no say: what kept it from running has. A failure that is
// known from a baseline has none either, but for being judged.
class Tally {
 public:
  void add(Verdict verdict, bool is_known_failure = false);
  void add_findings(std::size_t count) { findings_ += static_cast<std::int64_t>(count); }

  std::int64_t findings() const { return findings_; }
  std::int64_t count(Verdict verdict) const;
  std::int64_t total() const;
  std::int64_t judged() const;

  // By the verdicts' names, without those that did not occur.
  std::map<std::string, std::int64_t> counts() const;

  int exit_status(const OutcomeOptions& options) const;

  // All that went wrong, or that nothing did, in one line that starts with what decides about
  // exit_status(). The first letter is small.
  std::string conclusion(const OutcomeOptions& options) const;

  // "4 steps: 3 judged (3 pass), 1 not judged (1 unavailable)"
  std::string sentence() const;

 private:
  std::int64_t known() const;
  std::int64_t count_unknown(Verdict verdict) const;

  std::array<std::int64_t, verdict_names.size()> counts_{};
  std::array<std::int64_t, verdict_names.size()> known_{};  // of counts_
  std::int64_t findings_ = 0;                               // see StepFinished
};

// "1 step", "2 steps".
std::string counted(std::int64_t count, const std::string& noun);

}  // namespace sharkreg::core
