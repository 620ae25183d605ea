// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "execute/estimates.h"
#include "store/history.h"

namespace sharkreg::core {

// Of the last five executions of an action that succeeded and were not cached, for the same model,
// submodel, step (which names backend and target) and SKU: the median of their times, the largest
// memory.
//
// Threads: one, which is also the history's.
class HistoryEstimates final : public Estimates {
 public:
  // `history` must outlive it. An error of the history ends its answers: what is not known costs
  // order, nothing else.
  HistoryEstimates(History& history, std::string sku);

  std::optional<Estimate> of(const CasePlan& plan, std::size_t action) const override;

 private:
  History& history_;
  std::string sku_;
  mutable bool is_usable_ = true;
};

}  // namespace sharkreg::core
