// SPDX-License-Identifier: Apache-2.0
#include "plan/planner.h"

#include "plan/case_planner.h"
#include "plan/step_digest.h"

namespace sharkreg::core {

CasePlan Planner::plan(const Case& test_case) const {
  CasePlanner planner(options_, tuner_resolver_, test_case);
  for (const ChosenBackend& backend : backends_) planner.add(backend);
  CasePlan plan = std::move(planner).take();
  for (PlannedStep& step : plan.steps)
    step.id = digest_of_step(plan, step, options_.sku, options_.identity);
  return plan;
}

std::string directory_name(const std::string& model, const std::string& submodel) {
  return model + "_" + submodel;
}

}  // namespace sharkreg::core
