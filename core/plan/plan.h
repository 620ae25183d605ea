// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sharkreg/action.h>
#include <sharkreg/backend.h>

#include "base/verdict.h"
#include "plan/action_limits.h"
#include "suite/case.h"

namespace sharkreg::core {

// What would happen for one case: plain values, made without opening an artifact or starting
// anything. Steps are what people see and judge; actions and artifacts are the nodes of the graph
// that is executed. Nodes refer to each other by index within the case.

enum class Stage {
  compile,
  run,
  repeat,  // compares what repetitions of a run gave; has no actions of its own
};

constexpr std::string_view name_of(Stage stage) {
  switch (stage) {
    case Stage::compile:
      return "compile";
    case Stage::run:
      return "run";
    case Stage::repeat:
      break;
  }
  return "repeat";
}

struct PlannedArtifact {
  std::string id;  // unique within the case: "program.mlir", "tuner_file.acme_a1"
  Source source;
  std::filesystem::path path;  // where it will be found, absolute
};

// "run acme a1".
std::string step_name(Stage stage, const std::string& backend, const std::string& target);

// Gives the artifacts of a case their places below a directory: sources that are not the same never
// share one.
class ArtifactPlaces {
 public:
  explicit ArtifactPlaces(std::filesystem::path directory) : directory_(std::move(directory)) {}
  std::filesystem::path place_of(const Source& source);

 private:
  const std::filesystem::path directory_;
  std::unordered_map<std::string, Source> taken_;  // by place
};

// Where a file that an action reads comes from.
struct FileOrigin {
  enum class Kind { artifact, output };
  Kind kind = Kind::artifact;
  std::size_t index = 0;  // of the artifact, or of the action that writes it
  std::string output;     // id of that action's output
};

struct PlannedAction {
  Action action;
  std::size_t step = 0;
  std::map<std::string, FileOrigin> inputs;  // by the id under which the action refers to the file
  std::filesystem::path output_directory;    // where its outputs are placed
  std::filesystem::path log_directory;       // for what it prints
  std::string side_file_tag;                 // tells undeclared files of several actions apart
  std::chrono::milliseconds time_limit{0};
  ActionLimits limits;
  std::vector<Device> devices;  // of which it takes action.device_count

  // For in_process: who executes it.
  std::filesystem::path plugin_library;
  std::string plugin_trusted_sha256;  // under the strict policy; else empty
  std::string plugin_interface;       // name of the backend
  Configuration configuration;
};

// A result that is to be compared.
struct PlannedComparison {
  PlannedResult result;
  std::size_t expected_artifact = 0;
  std::string expected_value;  // of the model file: "1x64xi64", or empty
};

// A verdict that is known before anything is executed.
struct ForegoneVerdict {
  Verdict verdict = Verdict::skip;
  std::string sentence;
  std::string hint;
  std::vector<std::string> details;
};

struct PlannedStep {
  std::string id;    // digest of case, step, target, SKU, repetition and resolved plan
  std::string name;  // "compile cpu", "run acme a1", "run acme a1 #2", "repeat acme a1"
  Stage stage = Stage::compile;
  std::string backend;
  std::string target;
  std::string slug;  // for file names: "compile_cpu", "run_acme_a1"

  std::optional<ForegoneVerdict> foregone;  // then it has no actions
  std::vector<std::size_t> actions;         // in order; each needs the success of those before it
  std::vector<std::size_t> artifacts;       // that it needs, also those only compared with
  std::optional<std::size_t> compile_step;  // that a run needs
  int repetition = 0;                       // of a run that is done several times: 1, 2, …
  std::vector<std::size_t> repetitions;     // the runs that a step of Stage::repeat compares
  std::vector<PlannedComparison> comparisons;
  std::string declarations;  // id of the last action's output that declares the results, or empty
  bool judged_by_runtime = false;
  std::optional<Expectation> expectation;  // it is expected to fail
  std::vector<PlanNote> notes;

  // Of a compile: digest of what the backend was asked, which is the same on each machine, whatever
  // tools are there.
  std::string request_digest;

  // Planned only because runs need to know what it makes: neither done nor judged.
  bool left_out = false;

  // Its actions were done before, and left their outputs if true. Then it is not done again.
  std::optional<bool> done_before;

  // Something is to be executed for it.
  bool is_pending() const { return !foregone && !left_out && !done_before; }
};

struct CasePlan {
  std::string model;
  std::string submodel;
  std::filesystem::path file;
  std::vector<PlannedArtifact> artifacts;
  std::vector<PlannedAction> actions;
  std::vector<PlannedStep> steps;

  std::string name() const { return model + "/" + submodel; }
};

// The name by which an action sees a file that it refers to, by its id: the file's own, or ID/NAME
// where another file of the action has that name. Relative to the action's working directory.
std::map<std::string, std::string> names_of_inputs(const CasePlan& plan,
                                                   const PlannedAction& action);

// Where the output `id` of a step comes from: the last of its actions that lists it.
FileOrigin origin_of_output(const CasePlan& plan, const PlannedStep& step, const std::string& id);

// The path of a file of the plan: of an artifact, or of a placed output.
std::filesystem::path path_of(const CasePlan& plan, const FileOrigin& origin);

// The arguments with file names in the place of references. `inputs` is names_of_inputs.
std::vector<std::string> bind_arguments(const PlannedAction& action,
                                        const std::map<std::string, std::string>& inputs);

}  // namespace sharkreg::core
