// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sharkreg/backend.h>
#include <sharkreg/comparator.h>

#include "base/error.h"
#include "base/verdict.h"
#include "execute/results.h"
#include "judge/comparison.h"
#include "plan/backend_choice.h"
#include "plan/plan.h"

namespace sharkreg::core {

// One result that was compared, or could not be.
struct JudgedComparison {
  std::string name;  // of the result: "output_0"
  std::string comparator;
  std::vector<std::string> arguments;
  std::filesystem::path expected_file;
  std::filesystem::path actual_file;
  ComparisonOutcome outcome;
};

// What a step came to, and why.
struct Judgement {
  Verdict verdict = Verdict::infrastructure;
  std::string sentence;
  std::string hint;
  std::vector<std::string> details;  // first lines of what the tool said
  std::filesystem::path log;         // the file to look at
  std::vector<std::string> notes;
  std::vector<std::string> findings;  // bad whatever the verdict is
  std::vector<JudgedComparison> comparisons;
};

// Turns the results of steps into verdicts: asks the backend what a failure means, comparators about
// outputs, and holds the outcome against what was expected.
//
// Threads: any, if the backends and what gives comparators may be used so.
class Judge {
 public:
  using ComparatorByName =
      std::function<Result<std::shared_ptr<Comparator>>(const std::string& name)>;

  // `backends` must outlive it.
  Judge(const std::vector<ChosenBackend>& backends, ComparatorByName comparator_by_name)
      : backends_(backends), comparator_by_name_(std::move(comparator_by_name)) {}

  Judgement judge(const CasePlan& plan, std::size_t step, const CaseResults& results) const;

  // Whether an action that had a device, and failed by exiting, may have failed for the device: by
  // what its backend says.
  bool blames_device(const CasePlan& plan, std::size_t action, const ActionResult& result) const;

  // Asks the backend whether an action that makes no progress hangs; `result` has its request and
  // names. One that cannot say so has not said that it does.
  bool hangs(const CasePlan& plan, std::size_t action, const ActionResult& result,
             const StallReport& stall) const;

 private:
  const ChosenBackend& backend_of(const PlannedStep& step) const;
  FailureReport report_of(const CasePlan& plan, const PlannedAction& planned,
                          const ActionResult& result) const;
  void judge_failure(const CasePlan& plan, const PlannedStep& step, std::size_t action,
                     const CaseResults& results, Judgement& judgement) const;
  void classify(const CasePlan& plan, const PlannedAction& planned, const ActionResult& result,
                Judgement& judgement) const;
  static void note_left_out(const PlannedStep& step, const CaseResults& results,
                            Judgement& judgement);
  static void note_printed_errors(const PlannedStep& step, const CaseResults& results,
                                  Judgement& judgement);
  void compare(const CasePlan& plan, const PlannedStep& step, Judgement& judgement) const;
  static void judge_repetitions(const CasePlan& plan, const PlannedStep& step,
                                const CaseResults& results, Judgement& judgement);

  const std::vector<ChosenBackend>& backends_;
  ComparatorByName comparator_by_name_;
};

// Holds a verdict against the expectation of a failure: meets it (xfail), misses it (the verdict
// stays, with a note), or passes although it should not (xpass).
void apply_expectation(const Expectation& expectation, Judgement& judgement);

// The text with the names under which an action saw its files replaced by their paths, where they
// stand as words of their own.
std::string map_names(const std::string& text, const std::map<std::string, std::string>& names,
                      const std::filesystem::path& working_directory);

}  // namespace sharkreg::core
