// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "plan/plan.h"
#include "plan/step_filter.h"
#include "report/event.h"
#include "store/file_lock.h"

namespace sharkreg::core {

// What an earlier run finished, for --resume: a run that goes on with it takes those steps over, and
// does the others.
//
// A step is taken over if its id is the same, that is, if nothing that decides about it changed; if
// it came to a verdict about the program (and not to infra, not-run or the like); and if all files
// that it made are there with the size and time of modification that they had. Its record is
// written into the results of the new run, which thus has all steps.
//
// A run that was itself resumed counts with what it had taken over, also with what it had not come
// to yet when it was killed.
class Resumption {
 public:
  // `run` is an id, "latest", or the path of a run's directory or results file. Errors: there is
  // none such, with the nearest names; it goes on still; its results cannot be read.
  static Result<std::unique_ptr<Resumption>> open(const std::filesystem::path& runs,
                                                  const std::string& run);

  const std::string& run() const { return run_; }  // its id

  // Marks the steps of a plan that were done before, and lets their outputs be found where they
  // are. Returns their records, in the order of the plan.
  std::vector<StepFinished> take_over(CasePlan& plan);

  std::size_t taken_over() const { return taken_over_; }
  std::size_t found() const { return records_.size(); }

 private:
  Resumption(std::string run, FileLock lock) : run_(std::move(run)), lock_(std::move(lock)) {}
  const StepFinished* reusable(const CasePlan& plan, const PlannedStep& step) const;

  std::string run_;
  FileLock lock_;  // of its directory
  std::map<StepAddress, StepFinished> records_;
  std::size_t taken_over_ = 0;
};

}  // namespace sharkreg::core
