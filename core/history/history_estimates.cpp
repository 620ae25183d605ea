// SPDX-License-Identifier: Apache-2.0
#include "history/history_estimates.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t most_samples = 5;

}  // namespace

HistoryEstimates::HistoryEstimates(History& history, std::string sku)
    : history_(history), sku_(std::move(sku)) {}

std::optional<Estimate> HistoryEstimates::of(const CasePlan& plan, std::size_t action) const {
  if (!is_usable_) return std::nullopt;
  const PlannedAction& planned = plan.actions.at(action);
  Subject subject;
  subject.model = plan.model;
  subject.submodel = plan.submodel;
  subject.step = plan.steps.at(planned.step).name;
  auto past = history_.actions_of(subject, planned.action.name, sku_, most_samples);
  // A repetition that never was takes what the run takes otherwise.
  const std::string run = without_repetition(subject.step);
  for (const std::string& step : {run, run + " #1"}) {
    if (!past || !past->empty() || plan.steps.at(planned.step).repetition == 0) break;
    subject.step = step;
    past = history_.actions_of(subject, planned.action.name, sku_, most_samples);
  }
  is_usable_ = past.has_value();
  if (!past || past->empty()) return std::nullopt;
  const std::int64_t memory = std::ranges::max(*past, {}, &PastAction::peak_memory).peak_memory;
  std::ranges::sort(*past, {}, &PastAction::wall);
  const std::chrono::microseconds wall(past->at(past->size() / 2).wall);
  return Estimate{std::chrono::ceil<std::chrono::milliseconds>(wall),
                  static_cast<std::uint64_t>(memory), std::ssize(*past)};
}

}  // namespace sharkreg::core
