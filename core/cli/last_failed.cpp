// SPDX-License-Identifier: Apache-2.0
#include "cli/last_failed.h"

#include "cli/run_directory.h"
#include "report/outcome.h"
#include "report/results_file.h"

namespace sharkreg::core {
namespace {

bool was_tried(Verdict verdict) {
  return is_judged(verdict) || verdict == Verdict::infrastructure || verdict == Verdict::invalid ||
         verdict == Verdict::no_golden;
}

}  // namespace

Result<std::set<StepAddress>> last_failed(const std::filesystem::path& runs, bool strict_xfail) {
  std::set<StepAddress> failed;
  for (const std::string& id : run_ids(runs)) {
    const auto recorded = read_results(runs / id / "results.jsonl");
    if (!recorded) continue;  // one that was spoilt tells nothing
    for (const Event& event : recorded->events) {
      const auto* step = std::get_if<StepFinished>(&event);
      if (step == nullptr || !was_tried(step->verdict)) continue;
      const StepAddress address{step->model, step->submodel, step->step};
      if (fails_the_run(step->verdict, strict_xfail)) {
        failed.insert(address);
      } else {
        failed.erase(address);
      }
    }
  }
  return failed;
}

}  // namespace sharkreg::core
