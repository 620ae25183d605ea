// SPDX-License-Identifier: Apache-2.0
// What sharkreg did in a run, and the same done by hand.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "timed_process.h"
#include "workplace.h"

namespace sharkreg::bench {

// From the results.jsonl of a run.
struct ModelRun {
  std::vector<std::vector<std::string>> commands;  // of its tools, in the order in which they ended
  std::vector<std::string> cases;                  // of each command: "model/submodel"
  std::vector<std::filesystem::path> outputs;      // files that the tools made
  Times in_tools;                                  // while a tool was running, and what it needed
};

// Reads the one run that lies in the workplace's cache.
core::Result<ModelRun> read_run(const Workplace& workplace);

// Removes that run, so that the next one is the only one.
void forget_run(const Workplace& workplace);

// Puts the inputs of the tools where their commands, whose paths are relative, find them.
core::Result<void> prepare_hand(const Workplace& workplace);

// Runs the commands there, one after the other, each without sharkreg.
core::Result<Times> run_by_hand(const Workplace& workplace, const ModelRun& run);

// An error if the files made by hand are not those that sharkreg made: then not the same work was
// measured.
core::Result<void> check_same_outputs(const Workplace& workplace, const ModelRun& run);

}  // namespace sharkreg::bench
