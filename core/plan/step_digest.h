// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <sharkreg/backend.h>

#include "plan/plan.h"
#include "plan/planner.h"

namespace sharkreg::core {

// What a step is known by: a SHA-256 over the case, the step's name (with its target and
// repetition), the SKU, its actions and those of the compile that it needs (programs, arguments,
// environment with the values that are passed on, the content of tools, inputs with their pins),
// and what is compared how. Equal: doing it again is of no use. The steps that a step compares must
// have their ids.
std::string digest_of_step(const CasePlan& plan, const PlannedStep& step, const std::string& sku,
                           const ContentIdentity& identity);

// What a backend is asked to compile, with the sources as the model file has them: no path of this
// machine, nothing about its tools.
std::string digest_of_request(const PlannedStep& step, const CompileRequest& request,
                              const std::vector<const Source*>& sources, const std::string& sku);

}  // namespace sharkreg::core
