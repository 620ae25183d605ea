// SPDX-License-Identifier: Apache-2.0
#include "model_run.h"

#include <system_error>
#include <variant>

#include <fmt/format.h>

#include "base/digest.h"
#include "report/results_file.h"

namespace sharkreg::bench {
namespace {

namespace fs = std::filesystem;

using core::Error;
using core::ErrorKind;
using core::Result;

Error failure(std::string message) {
  return {ErrorKind::infrastructure, std::move(message), {}};
}

std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) entries.push_back(entry);
  return entries;
}

std::chrono::microseconds from_seconds(double seconds) {
  return std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::duration<double>(seconds));
}

void add(const core::StepFinished& step, ModelRun& run) {
  for (const core::ActionRecord& action : step.actions) {
    run.commands.push_back(action.command);
    run.cases.push_back(step.model + "/" + step.submodel);
    run.in_tools += {from_seconds(action.seconds),
                     from_seconds(action.user_seconds + action.system_seconds), 0};
  }
  run.outputs.insert(run.outputs.end(), step.outputs.begin(), step.outputs.end());
}

}  // namespace

Result<ModelRun> read_run(const Workplace& workplace) {
  const std::vector<fs::path> runs = entries_of(workplace.cache() / "runs");
  if (runs.size() != 1) {
    return failure(fmt::format("{} holds {} runs; expected one",
                               (workplace.cache() / "runs").string(), runs.size()));
  }
  const auto recorded = core::read_results(runs.front() / "results.jsonl");
  if (!recorded) return recorded.error();
  ModelRun run;
  for (const core::Event& event : recorded->events) {
    if (const auto* step = std::get_if<core::StepFinished>(&event)) add(*step, run);
  }
  if (run.commands.empty()) return failure("the run of the model started no tool");
  return run;
}

void forget_run(const Workplace& workplace) {
  std::error_code ignored;
  fs::remove_all(workplace.cache() / "runs", ignored);
}

Result<void> prepare_hand(const Workplace& workplace) {
  for (const fs::path& model : entries_of(workplace.cache() / "artifacts")) {
    for (const fs::path& artifact : entries_of(model)) {
      std::error_code error;
      const fs::path link = workplace.hand() / artifact.filename();
      fs::remove(link, error);  // of what was done by hand before
      fs::create_symlink(fs::canonical(artifact), link, error);
      if (error) return failure("cannot link " + artifact.string() + ": " + error.message());
    }
  }
  return {};
}

Result<Times> run_by_hand(const Workplace& workplace, const ModelRun& run) {
  Times sum;
  for (const std::vector<std::string>& words : run.commands) {
    const Result<Times> times = run_timed_well(workplace.by_hand(words));
    if (!times) return times.error();
    sum += *times;
  }
  return sum;
}

Result<void> check_same_outputs(const Workplace& workplace, const ModelRun& run) {
  for (const fs::path& output : run.outputs) {
    const fs::path by_hand = workplace.hand() / output.filename();
    const Result<std::string> theirs = core::sha256_of_file(by_hand);
    if (!theirs) return theirs.error();
    const Result<std::string> ours = core::sha256_of_file(output);
    if (!ours) return ours.error();
    if (*theirs == *ours) continue;
    return failure(fmt::format("{} and {} differ: by hand something else was done",
                               by_hand.string(), output.string()));
  }
  return {};
}

}  // namespace sharkreg::bench
