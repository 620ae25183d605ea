// SPDX-License-Identifier: Apache-2.0
#include "store/patience.h"

#include <utility>

namespace sharkreg::core {

bool Patience::lasts_for(Use use) const {
  const std::scoped_lock lock(mutex_);
  return use == Use::upload ? writes_ : reads_;
}

void Patience::succeeded(Use use, std::chrono::milliseconds late) {
  const std::scoped_lock lock(mutex_);
  failures_[static_cast<std::size_t>(use)] = 0;
  lost_ += late;
  if (lost_ < limits_.lost || !(reads_ || writes_)) return;
  reads_ = writes_ = false;
  has_to_take_leave_ = true;
}

bool Patience::takes_leave() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(has_to_take_leave_, false);
}

std::optional<std::string> Patience::failed(Use use, Failure failure,
                                            std::chrono::milliseconds took) {
  const std::scoped_lock lock(mutex_);
  const bool read_before = reads_;
  const bool wrote_before = writes_;
  if (!(use == Use::upload ? writes_ : reads_)) return std::nullopt;
  lost_ += took;
  if (failure == Failure::unreachable) {
    for (int& count : failures_) ++count;
  } else {
    failures_[static_cast<std::size_t>(use)] += failure == Failure::refused ? limits_.failures : 1;
  }
  const bool all = lost_ >= limits_.lost;
  const auto is_over = [&](Use one) {
    return all || failures_[static_cast<std::size_t>(one)] >= limits_.failures;
  };
  if (is_over(Use::find) || is_over(Use::fetch)) reads_ = false;
  if (is_over(Use::upload)) writes_ = false;
  const bool reading_ends = read_before && !reads_;
  const bool writing_ends = wrote_before && !writes_;
  if (reading_ends && writing_ends) return "; it is left alone for the rest of this run";
  if (reading_ends) return "; nothing is looked up there any more in this run";
  if (writing_ends) return "; nothing is uploaded there any more in this run";
  return "";
}

}  // namespace sharkreg::core
