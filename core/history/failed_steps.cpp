// SPDX-License-Identifier: Apache-2.0
#include "history/failed_steps.h"

#include "base/verdict.h"

namespace sharkreg::core {

Result<std::set<StepName>> last_failed(History& history, bool strict_xfail) {
  const auto last = history.last_verdicts_without(
      {std::string(name_of(Verdict::skip)), std::string(name_of(Verdict::blocked)),
       std::string(name_of(Verdict::unavailable)), std::string(name_of(Verdict::not_run))});
  if (!last) return last.error();
  std::set<StepName> failed;
  for (const PastStep& step : *last) {
    const auto verdict = verdict_from_name(step.verdict);
    if (!verdict || !is_bad(*verdict)) continue;
    if (*verdict == Verdict::xpass && !strict_xfail) continue;
    failed.insert({step.subject.model, step.subject.submodel, step.subject.step});
  }
  return failed;
}

}  // namespace sharkreg::core
