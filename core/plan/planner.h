// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
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

// Which stages of a case this machine does.
enum class StageChoice {
  all,
  compile,  // runs are not planned
  run,      // compiles are left out: what they make is there
};

// What decides about the content of a file, for the ids of steps. Functions may be empty: then the
// path alone counts.
struct ContentIdentity {
  std::function<std::string(const std::filesystem::path&)> tool;      // by content
  std::function<std::string(const std::filesystem::path&)> artifact;  // without reading it
};

struct PlanOptions {
  std::filesystem::path artifacts_dir;  // MODEL_SUBMODEL/NAME below it
  std::filesystem::path output_dir;     // MODEL_SUBMODEL_vmfbs/ below it
  std::filesystem::path run_dir;        // logs and results of this run
  std::string sku;
  std::chrono::milliseconds time_limit{std::chrono::seconds(600)};
  ActionLimits limits;  // stall_after counts for actions that have a device
  FlagCompatibility flag_compatibility = FlagCompatibility::rename;
  bool skip_expected_failures = false;  // --xfail=skip
  StageChoice stage = StageChoice::all;
  int repetitions = 1;  // of each run; more than one are compared by a step of their own
  // Whether a step is wanted, by its name without repetition; empty: all are. The compile that a
  // wanted run needs, and the runs that are to be compared, are planned as well.
  std::function<bool(const std::string& model, const std::string& submodel,
                     const std::string& step)>
      selects;
  ContentIdentity identity;
  bool require_pins = false;  // --locked: of what a tuner resolver chooses, too
  std::string comparator;     // in place of what the backend means; "runtime" is special
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

  const PlanOptions& options() const { return options_; }

 private:
  PlanOptions options_;
  const std::vector<ChosenBackend>& backends_;
  TunerResolver& tuner_resolver_;
};

// The directory name that model and submodel share in the layouts of artifacts and outputs.
std::string directory_name(const std::string& model, const std::string& submodel);

}  // namespace sharkreg::core
