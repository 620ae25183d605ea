// SPDX-License-Identifier: Apache-2.0
#include "cli/resumption.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/records.h"
#include "cli/run_directory.h"
#include "report/results_file.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

constexpr const char* results_name = "results.jsonl";

Result<fs::path> directory_of(const fs::path& runs, const std::string& run) {
  const std::vector<std::string> ids = run_ids(runs);
  if (run == "latest") {
    if (!ids.empty()) return runs / ids.back();
    return Error{ErrorKind::usage,
                 fmt::format("there is no run to resume in {}", printable(runs.native())),
                 "--cache-dir names the directory that runs are kept in"};
  }
  if (std::ranges::find(ids, run) != ids.end()) return runs / run;
  std::error_code error;
  fs::path path = fs::absolute(run, error).lexically_normal();
  if (path.filename() == results_name || !path.has_filename()) path = path.parent_path();
  if (fs::exists(path / results_name, error)) return path;
  return Error{ErrorKind::usage,
               fmt::format("there is no run \"{}\" in {}{}", printable(run),
                           printable(runs.native()), did_you_mean(run, ids)),
               "name one of the directories there, or say latest"};
}

// It says something about the program that would not be otherwise the next time.
bool is_finished(Verdict verdict) {
  return is_judged(verdict) || verdict == Verdict::no_golden;
}

bool is_as_it_was(const OutputRecord& output) {
  const auto now = output_record(output.path);
  return now && now->bytes == output.bytes && now->modified == output.modified;
}

// Of a run that did not come to its last action, its last one failed.
bool did_succeed(const PlannedStep& step, const StepFinished& record) {
  return record.actions.size() == step.actions.size() &&
         std::ranges::all_of(record.actions,
                             [](const ActionRecord& action) { return action.exit_status == 0; });
}

}  // namespace

Result<std::unique_ptr<Resumption>> Resumption::open(const fs::path& runs, const std::string& run) {
  const auto directory = directory_of(runs, run);
  if (!directory) return directory.error();
  auto lock = lock_to_resume(*directory);
  if (!lock) return lock.error();
  std::unique_ptr<Resumption> resumption(
      new Resumption(directory->filename().string(), std::move(*lock)));

  // What a later run says goes before what an earlier one said.
  std::set<fs::path> seen;
  for (fs::path next = *directory; !next.empty() && seen.insert(next).second;) {
    auto recorded = read_results(next / results_name);
    if (!recorded && seen.size() == 1) return recorded.error();
    if (!recorded) break;  // an earlier one that is gone
    const std::string id = next.filename();
    next.clear();
    for (Event& event : recorded->events) {
      if (const auto* started = std::get_if<RunStarted>(&event)) {
        if (!started->resumes.empty()) next = directory->parent_path() / started->resumes;
      } else if (auto* step = std::get_if<StepFinished>(&event)) {
        if (step->resumed_from.empty()) step->resumed_from = id;
        const StepAddress address{step->model, step->submodel, step->step};
        if (is_finished(step->verdict)) resumption->records_.emplace(address, std::move(*step));
      }
    }
  }
  return resumption;
}

const StepFinished* Resumption::reusable(const CasePlan& plan, const PlannedStep& step) const {
  const auto found = records_.find({plan.model, plan.submodel, step.name});
  if (found == records_.end()) return nullptr;
  const StepFinished& record = found->second;
  if (record.id != step.id || record.output_files.size() != record.outputs.size()) return nullptr;
  return std::ranges::all_of(record.output_files, is_as_it_was) ? &record : nullptr;
}

std::vector<StepFinished> Resumption::take_over(CasePlan& plan) {
  std::vector<StepFinished> taken;
  for (PlannedStep& step : plan.steps) {
    if (!step.is_pending()) continue;
    const bool compares = step.stage == Stage::repeat;
    if (compares && !std::ranges::all_of(step.repetitions, [&](std::size_t run) {
          return plan.steps[run].done_before.has_value();
        })) {
      continue;
    }
    const StepFinished* record = reusable(plan, step);
    if (record == nullptr || (!compares && record->actions.empty())) continue;
    step.done_before = did_succeed(step, *record);
    if (step.stage == Stage::run) {
      const fs::path its = fs::path(record->actions.front().standard_output).parent_path();
      for (std::size_t action : step.actions) {
        plan.actions[action].output_directory = plan.actions[action].log_directory = its;
      }
    }
    taken.push_back(*record);
    taken.back().standing.clear();  // against a baseline of that run
    taken.back().notes.push_back("taken over from run " + record->resumed_from);
  }
  taken_over_ += taken.size();
  return taken;
}

}  // namespace sharkreg::core
