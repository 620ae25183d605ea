// SPDX-License-Identifier: Apache-2.0
// Whether the repetitions of a run gave the same, bit for bit.
#include <algorithm>

#include <fmt/format.h>

#include "judge/bitwise.h"
#include "judge/judge.h"
#include "judge/tensor_file.h"
#include "suite/tensor_format.h"

namespace sharkreg::core {
namespace {

bool succeeded(const PlannedStep& step, const CaseResults& results) {
  return std::ranges::all_of(step.actions, [&](std::size_t action) {
    return results.actions.at(action).status == ActionResult::Status::succeeded;
  });
}

bool interrupted(const PlannedStep& step, const CaseResults& results) {
  return std::ranges::any_of(step.actions, [&](std::size_t action) {
    return results.actions.at(action).status == ActionResult::Status::interrupted;
  });
}

// Shape and type of a result that is raw bytes: those expected of it, if it has their size.
std::string value_of(const CasePlan& plan, const PlannedComparison& planned,
                     const std::filesystem::path& file) {
  const auto size = file_size_of(file);
  std::string value = planned.expected_value;
  const auto& expected = plan.artifacts.at(planned.expected_artifact).path;
  if (value.empty() && tensor_format_of(expected) == "npy") {
    if (const auto tensor = read_npy(expected)) value = to_text(tensor->type);
  }
  const auto type = parse_value(value);
  if (size && type && byte_size_of(*type) == *size) return value;
  return fmt::format("{}xui8", size ? *size : 0);
}

JudgedComparison compare_runs(const CasePlan& plan, const PlannedStep& first,
                              const PlannedStep& other, const PlannedComparison& planned) {
  JudgedComparison judged;
  judged.name = fmt::format("{} of {}", planned.result.name, other.name);
  judged.comparator = "bitwise";
  judged.expected_file = path_of(plan, origin_of_output(plan, first, planned.result.output));
  judged.actual_file = path_of(plan, origin_of_output(plan, other, planned.result.output));
  ComparisonRequest request;
  request.expected_file = judged.expected_file;
  request.expected_format = request.actual_format = planned.result.format;
  request.actual_file = judged.actual_file;
  if (planned.result.format == "bin") {
    request.expected_value = value_of(plan, planned, judged.expected_file);
  }
  Bitwise bitwise;
  judged.outcome = compare_tensors(request, bitwise);
  return judged;
}

}  // namespace

// What the first run gave is what the others are held against; runs that failed have verdicts of
// their own.
void Judge::judge_repetitions(const CasePlan& plan, const PlannedStep& step,
                              const CaseResults& results, Judgement& judgement) {
  std::vector<const PlannedStep*> runs;
  bool stopped = false;
  for (std::size_t index : step.repetitions) {
    const PlannedStep& run = plan.steps.at(index);
    if (succeeded(run, results)) runs.push_back(&run);
    stopped = stopped || interrupted(run, results);
  }
  if (runs.size() < 2) {
    judgement.verdict = stopped ? Verdict::not_run : Verdict::blocked;
    judgement.sentence = stopped ? "interrupted"
                                 : fmt::format("{} of {} runs left outputs: nothing to compare",
                                               runs.size(), step.repetitions.size());
    return;
  }
  std::size_t bad = 0;
  judgement.verdict = Verdict::pass;
  for (const PlannedStep* run : runs) {
    if (run == runs.front()) continue;
    for (const PlannedComparison& planned : runs.front()->comparisons) {
      JudgedComparison judged = compare_runs(plan, *runs.front(), *run, planned);
      const bool match = judged.outcome.kind == ComparisonOutcome::Kind::match;
      const bool broken = judged.outcome.kind == ComparisonOutcome::Kind::infrastructure ||
                          judged.outcome.kind == ComparisonOutcome::Kind::invalid;
      if (!match && bad++ == 0) {
        judgement.verdict = broken ? Verdict::infrastructure : Verdict::fail;
        judgement.sentence =
            fmt::format("not the same each time: {}: {}", judged.name, judged.outcome.sentence);
        judgement.hint = judged.outcome.hint;
      }
      judgement.comparisons.push_back(std::move(judged));
    }
  }
  if (bad == 0) judgement.sentence = fmt::format("{} runs gave the same, bit for bit", runs.size());
  if (bad > 1) judgement.sentence += fmt::format(" ({} outputs differ)", bad);
}

}  // namespace sharkreg::core
