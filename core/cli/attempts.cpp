// SPDX-License-Identifier: Apache-2.0
#include "cli/attempts.h"

#include <algorithm>

#include <fmt/format.h>

namespace sharkreg::core {

std::chrono::milliseconds wait_before(int attempt) {
  constexpr int longest = 60;
  const int doublings = std::min(attempt - 2, 6);
  return std::chrono::seconds(std::min(1 << doublings, longest));
}

std::optional<std::chrono::milliseconds> Attempts::take(const CasePlan& plan, std::size_t step,
                                                        StepFinished& record, bool hopeless) {
  const auto found = earlier_.find({&plan, step});
  const int attempts = found == earlier_.end() ? 1 : found->second.attempts + 1;
  if (record.verdict == Verdict::infrastructure && attempts <= retries_ && !hopeless) {
    Earlier& earlier = earlier_[{&plan, step}];
    if (attempts == 1) earlier.first = record;
    earlier.last = std::move(record);
    earlier.attempts = attempts;
    return wait_(attempts + 1);
  }
  if (found == earlier_.end()) return std::nullopt;
  const Earlier earlier = std::move(found->second);
  earlier_.erase(found);
  // It was stopped before it could be done again: what came of it before is its verdict.
  const bool stopped = record.verdict == Verdict::not_run;
  if (stopped) record = earlier.last;
  const int done = stopped ? earlier.attempts : attempts;
  if (done == 1) return std::nullopt;
  record.attempts = done;
  record.notes.push_back(
      fmt::format("{} on attempt {}; first: {}",
                  record.verdict == Verdict::pass ? "passed" : name_of(record.verdict), done,
                  earlier.first.sentence));
  return std::nullopt;
}

}  // namespace sharkreg::core
