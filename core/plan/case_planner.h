// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "plan/planner.h"

namespace sharkreg::core {

// Plans one case. An instance lives for one call of Planner::plan.
class CasePlanner {
 public:
  CasePlanner(const PlanOptions& options, TunerResolver& tuner_resolver, const Case& test_case);

  // Adds the steps of one backend, for all its targets.
  void add(const ChosenBackend& backend);

  CasePlan take() && { return std::move(plan_); }

 private:
  // Files that a step may refer to, by id.
  using Files = std::map<std::string, FileOrigin>;

  // What is to be planned for one target.
  struct Wanted {
    bool compile = false;
    bool run = false;
    bool repeat = false;
  };
  Wanted wanted(const ChosenBackend& backend, const std::string& target) const;

  void add_target(const ChosenBackend& backend, const std::string& target);
  // Adds a step and asks the backend for its plan. `fill` sets what must be known before.
  std::size_t add_planned(Stage stage, const ChosenBackend& backend, const std::string& target,
                          const std::function<void(PlannedStep&)>& fill);
  void add_repeat(const ChosenBackend& backend, const std::string& target,
                  std::vector<std::size_t> runs);
  PlannedStep& add_step(Stage stage, const ChosenBackend& backend, const std::string& target);

  // Asks the backend; what it refuses becomes the foregone verdict of the step.
  void plan_or_refuse(PlannedStep& step, const ChosenBackend& backend);
  void plan_compile(PlannedStep& step, const ChosenBackend& backend);
  void plan_run(PlannedStep& step, const ChosenBackend& backend);

  CompileRequest compile_request(PlannedStep& step, const ChosenBackend& backend, Files& files);
  RunRequest run_request(PlannedStep& step, const ChosenBackend& backend, Files& files);
  void add_comparisons(PlannedStep& step, const RunPlan& answer, const Files& files);
  std::optional<ForegoneVerdict> skip_reason(const PlannedStep& step) const;

  // Makes the artifact known under `id`, once, and returns how a request names it.
  RequestArtifact artifact(const std::string& id, const std::string& plan_id, const Source& source,
                           const std::string& format, Files& files);
  Source chosen_tuner_file(const std::string& path) const;

  // Adds the actions of an answer to the step; throws Failure if they refer to what is not there.
  void add_actions(PlannedStep& step, const ChosenBackend& backend,
                   const std::vector<Action>& actions, Files& files);
  PlannedAction planned_action(const PlannedStep& step, const ChosenBackend& backend,
                               const Action& action) const;
  static void refer_to_inputs(PlannedStep& step, PlannedAction& planned, const Files& files);
  void refuse_shared_outputs(const PlannedAction& planned, const std::string& backend) const;
  static void check_run(const PlannedStep& step, const RunRequest& request, const RunPlan& answer,
                        const Files& files);
  static bool is_made_by(const PlannedStep& step, const Files& files, const std::string& id);
  static void need_artifact(PlannedStep& step, std::size_t artifact);
  std::vector<std::string> extra_arguments(
      const std::map<std::string, std::vector<std::string>>& arguments,
      const std::string& backend) const;

  const PlanOptions& options_;
  TunerResolver& tuner_resolver_;
  const Case& case_;
  std::string directory_;
  ArtifactPlaces places_;
  CasePlan plan_;
  std::unordered_map<std::string, std::size_t> artifacts_;  // of the plan, by id
  std::map<std::string, Files> compiled_;  // by backend and target: outputs of the compile
};

// "acme a1" with the separator in the place of the space; "cpu" without a target.
std::string target_name(const PlannedStep& step, char separator);

}  // namespace sharkreg::core
