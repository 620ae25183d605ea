// SPDX-License-Identifier: Apache-2.0
// Runs to be reported.
#pragma once

#include <string>
#include <vector>

#include "report/event.h"

namespace sharkreg::core {

// The runs recorded in events/, by the names of their files.
inline const std::vector<std::string> recorded_runs = {"magika", "all_verdicts", "hostile",
                                                       "killed", "interrupted"};

std::vector<Event> recorded_events(const std::string& run);

// A finished step; its stage, backend and target follow from the name of the step.
StepFinished finished_step(const std::string& model, const std::string& submodel,
                           const std::string& step, Verdict verdict, double seconds = 0);

// `models` models of `submodels` submodels with 14 steps each on seven targets. All pass, except
// that in every `bad_each`th submodel one step fails.
std::vector<Event> large_run(int models, int submodels, int bad_each);

}  // namespace sharkreg::core
