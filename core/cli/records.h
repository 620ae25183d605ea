// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "cli/context.h"
#include "execute/results.h"
#include "judge/judge.h"
#include "plan/plan.h"
#include "report/event.h"

namespace sharkreg::core {

// How the stages' values are told as events.

RunStarted run_started(const Context& context, const std::string& run, const std::string& sku,
                       const std::vector<ChosenBackend>& backends, std::size_t cases);

CasePlanned case_planned(const CasePlan& plan);

// A file as it is now; absent: there is none.
std::optional<OutputRecord> output_record(const std::filesystem::path& file);

// A file that could not be read as a case.
StepFinished invalid_case(const Context& context, const CaseFile& file,
                          const std::vector<Diagnostic>& diagnostics);

// A step whose verdict was known before anything was executed.
StepFinished foregone_step(const Context& context, const CasePlan& plan, const PlannedStep& step);

// A step that was executed.
StepFinished judged_step(const Context& context, const CasePlan& plan, const PlannedStep& step,
                         const CaseResults& results, const Judgement& judgement);

}  // namespace sharkreg::core
