// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

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

  PlannedStep& add_step(Stage stage, const ChosenBackend& backend, const std::string& target);
  void plan_compile(PlannedStep& step, const ChosenBackend& backend);
  void plan_run(PlannedStep& step, const ChosenBackend& backend);

  CompileRequest compile_request(PlannedStep& step, const ChosenBackend& backend, Files& files);
  RunRequest run_request(PlannedStep& step, const ChosenBackend& backend, Files& files);
  void add_comparisons(PlannedStep& step, const RunPlan& answer, const Files& files);
  std::optional<ForegoneVerdict> skip_reason(const PlannedStep& step) const;

  // Makes the artifact known under `id`, once, and returns how a request names it.
  RequestArtifact artifact(const std::string& id, const std::string& plan_id, const Source& source,
                           const std::string& format, Files& files);
  std::filesystem::path artifact_path(const Source& source) const;

  // Adds the actions of an answer to the step; throws Failure if they refer to what is not there.
  void add_actions(PlannedStep& step, const ChosenBackend& backend,
                   const std::vector<Action>& actions, Files& files);
  std::vector<std::string> extra_arguments(
      const std::map<std::string, std::vector<std::string>>& arguments,
      const std::string& backend) const;

  const PlanOptions& options_;
  TunerResolver& tuner_resolver_;
  const Case& case_;
  std::string directory_;
  CasePlan plan_;
  std::map<std::string, Files> compiled_;  // by backend and target: outputs of the compile
};

}  // namespace sharkreg::core
