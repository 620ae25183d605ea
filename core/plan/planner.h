// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <sharkreg/backend.h>
#include <sharkreg/tuner.h>

#include "plan/backend_choice.h"
#include "plan/plan.h"
#include "suite/case.h"

namespace sharkreg::core {

struct PlanOptions {
  std::filesystem::path artifacts_dir;  // MODEL_SUBMODEL/NAME below it
  std::filesystem::path output_dir;     // MODEL_SUBMODEL_vmfbs/ below it
  std::filesystem::path run_dir;        // logs and results of this run
  std::string sku;
  std::chrono::milliseconds time_limit{std::chrono::seconds(600)};
  ActionLimits limits;  // stall_after counts for actions that have a device
  FlagCompatibility flag_compatibility = FlagCompatibility::rename;
  bool skip_expected_failures = false;  // --xfail=skip
  bool require_pins = false;            // --locked: of what a tuner resolver chooses, too
  std::string comparator;               // in place of what the backend means; "runtime" is special
  // Additional arguments for a try, by backend; those under "" are for all.
  std::map<std::string, std::vector<std::string>> compile_arguments;
  std::map<std::string, std::vector<std::string>> run_arguments;
};

// Turns cases into plans by asking backends and the tuner resolver. Reads and starts nothing.
//
// Ownership: holds references; backends and resolver must outlive it. Threads: one.
class Planner {
 public:
  Planner(PlanOptions options, const std::vector<ChosenBackend>& backends,
          TunerResolver& tuner_resolver)
      : options_(std::move(options)), backends_(backends), tuner_resolver_(tuner_resolver) {}

  // Never fails: what is wrong becomes the foregone verdict of a step.
  CasePlan plan(const Case& test_case) const;

 private:
  PlanOptions options_;
  const std::vector<ChosenBackend>& backends_;
  TunerResolver& tuner_resolver_;
};

// The directory name that model and submodel share in the layouts of artifacts and outputs.
std::string directory_name(const std::string& model, const std::string& submodel);

}  // namespace sharkreg::core
