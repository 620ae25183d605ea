// SPDX-License-Identifier: Apache-2.0
#include "judge/judge.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "plugin_host/worker_request.h"
#include "suite/tensor_format.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t excerpt_bytes = 64 * 1024;
constexpr std::size_t detail_lines = 8;
constexpr std::size_t detail_bytes = 500;  // of one line

std::string excerpt(const std::filesystem::path& file) {
  auto text = read_excerpt(file, excerpt_bytes);
  return text ? *text : std::string();
}

std::string cut_off(const std::string& line) {
  if (line.size() <= detail_bytes) return line;
  const std::string_view head(line.data(), detail_bytes);
  return std::string(head.substr(0, valid_utf8_length(head))) + "…";
}

std::vector<std::string> first_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string& line : split(text, '\n')) {
    if (lines.size() == detail_lines) break;
    if (!trim(line).empty()) lines.push_back(cut_off(line));
  }
  return lines;
}

Verdict verdict_of(FailureKind kind, bool required) {
  switch (kind) {
    case FailureKind::compile_error:
      return Verdict::compile_error;
    case FailureKind::run_error:
      return Verdict::run_error;
    case FailureKind::wrong_result:
      return Verdict::fail;
    case FailureKind::unavailable:
      return required ? Verdict::infrastructure : Verdict::unavailable;
    case FailureKind::timeout:
      return Verdict::timeout;
    case FailureKind::infrastructure:
      break;
  }
  return Verdict::infrastructure;
}

// The verdict of a process that did not exit by itself.
Verdict verdict_of(const LaunchRequest& request, const LaunchResult& launch) {
  switch (launch.end) {
    case LaunchResult::End::timed_out:
    case LaunchResult::End::cpu_limited:
      return Verdict::timeout;
    case LaunchResult::End::signalled:
      return went_beyond_file_limit(request, launch) || launch.out_of_memory
                 ? Verdict::infrastructure
                 : Verdict::crash;
    case LaunchResult::End::terminated:
      return Verdict::not_run;
    default:
      return Verdict::infrastructure;
  }
}

// What would let the action go further, if it is fine.
std::string hint_for(LaunchResult::End end) {
  switch (end) {
    case LaunchResult::End::memory_limited:
      return "--memory-limit gives each action more";
    case LaunchResult::End::cpu_limited:
      return "--cpu-limit gives each action more";
    case LaunchResult::End::output_limited:
      return "--output-limit lets each action print more";
    default:
      return {};
  }
}

double seconds(std::chrono::duration<double> time) {
  return time.count();
}

Stall stall_of(const PlannedAction& planned, const StallReport& report) {
  Stall stall;
  stall.quiet_seconds = seconds(report.quiet);
  stall.wall_seconds = seconds(report.wall);
  stall.cpu_seconds = seconds(report.cpu);
  stall.holds_device = planned.action.device_count > 0;
  return stall;
}

// A plugin reports what becomes of its own actions by WorkerStatus; any other end is a defect of the
// plugin, which says nothing about the model.
bool broke_its_worker(const LaunchRequest& request, const LaunchResult& launch) {
  return (launch.end == LaunchResult::End::signalled && !launch.out_of_memory &&
          !went_beyond_file_limit(request, launch)) ||
         (launch.end == LaunchResult::End::exited &&
          launch.exit_status > static_cast<int>(WorkerStatus::broken));
}

Verdict verdict_of(ComparisonOutcome::Kind kind) {
  switch (kind) {
    case ComparisonOutcome::Kind::match:
      return Verdict::pass;
    case ComparisonOutcome::Kind::mismatch:
    case ComparisonOutcome::Kind::different_type:
      return Verdict::fail;
    case ComparisonOutcome::Kind::invalid:
      return Verdict::invalid;
    case ComparisonOutcome::Kind::infrastructure:
      break;
  }
  return Verdict::infrastructure;
}

// The file that says most about a failure: standard error, unless nothing is there.
std::filesystem::path log_of(const LaunchRequest& request) {
  std::error_code error;
  const bool empty = std::filesystem::file_size(request.standard_error, error) == 0 || error;
  return empty ? request.standard_output : request.standard_error;
}

// Some tools print an error, do without what they could not do, and still exit with 0.
std::optional<std::string> printed_error(const ActionResult& result) {
  for (const std::string& line : split(excerpt(result.request->standard_error), '\n')) {
    if (line.find("error:") == std::string::npos) continue;
    return cut_off(
        map_names(std::string(trim(line)), result.names, result.request->working_directory));
  }
  return std::nullopt;
}

// Tools speak of an empty file as if it were a strange one. "" if none is empty.
std::string empty_file_among(const CasePlan& plan, const PlannedStep& step) {
  for (std::size_t index : step.artifacts) {
    std::error_code error;
    const auto& path = plan.artifacts.at(index).path;
    if (std::filesystem::file_size(path, error) == 0 && !error) return path.string() + " is empty";
  }
  return {};
}

// What the compiled program declares of its results; empty if it declares nothing.
Result<std::vector<DeclaredResult>> declared_results(const CasePlan& plan,
                                                     const PlannedStep& step) {
  if (step.declarations.empty()) return std::vector<DeclaredResult>{};
  const auto path = path_of(plan, origin_of_output(plan, step, step.declarations));
  auto answer = read_execute_answer(path);
  if (!answer) return answer.error();
  return std::move(answer->results);
}

}  // namespace

const ChosenBackend& Judge::backend_of(const PlannedStep& step) const {
  const auto found = std::ranges::find(backends_, step.backend, &ChosenBackend::name);
  if (found == backends_.end()) throw std::logic_error("no backend " + step.backend);
  return *found;
}

Judgement Judge::judge(const CasePlan& plan, std::size_t step_index,
                       const CaseResults& results) const {
  const PlannedStep& step = plan.steps.at(step_index);
  Judgement judgement;
  for (const PlanNote& note : step.notes) judgement.notes.push_back(note.text);
  if (step.stage == Stage::repeat) {
    judge_repetitions(plan, step, results, judgement);
    return judgement;
  }
  for (std::size_t index : step.artifacts) {
    const ArtifactResult& artifact = results.artifacts.at(index);
    if (!artifact.note.empty()) judgement.notes.push_back(artifact.note);
    if (!artifact.error) continue;
    const bool interrupted = artifact.error->kind == ErrorKind::interrupted;
    judgement.verdict = interrupted ? Verdict::not_run : Verdict::infrastructure;
    judgement.sentence =
        interrupted ? "interrupted"
                    : fmt::format("cannot provide {}: {}", plan.artifacts.at(index).source.text,
                                  artifact.error->message);
    judgement.hint = artifact.error->hint;
    if (judgement.hint.empty() && !interrupted) {
      judgement.hint = "the model file names it: " + plan.file.string();
    }
    return judgement;
  }
  for (std::size_t index : step.actions) {
    const ActionResult& action = results.actions.at(index);
    const auto tell = [](const std::vector<std::string>& from, std::vector<std::string>& to) {
      to.insert(to.end(), from.begin(), from.end());
    };
    tell(action.notes, judgement.notes);
    tell(action.findings, judgement.findings);
  }
  note_left_out(step, results, judgement);
  const auto failed = std::ranges::find_if(step.actions, [&](std::size_t action) {
    return results.actions.at(action).status != ActionResult::Status::succeeded;
  });
  if (failed != step.actions.end()) {
    judge_failure(plan, step, *failed, results, judgement);
  } else {
    note_printed_errors(step, results, judgement);
    compare(plan, step, judgement);
  }
  if (step.expectation) apply_expectation(*step.expectation, judgement);
  return judgement;
}

void Judge::judge_failure(const CasePlan& plan, const PlannedStep& step, std::size_t action,
                          const CaseResults& results, Judgement& judgement) const {
  const ActionResult& result = results.actions.at(action);
  const PlannedAction& planned = plan.actions.at(action);
  if (result.request) {
    judgement.log = log_of(*result.request);
    judgement.details = first_lines(
        map_names(excerpt(judgement.log), result.names, result.request->working_directory));
  }
  if (result.status == ActionResult::Status::interrupted) {
    judgement.verdict = Verdict::not_run;
    judgement.sentence = "interrupted";
  } else if (result.status == ActionResult::Status::not_started) {
    judgement.verdict = Verdict::blocked;
    judgement.notes.clear();  // they are about what would have been done
    judgement.sentence = step.compile_step
                             ? plan.steps.at(*step.compile_step).name + " did not succeed"
                             : "what it needs did not succeed";
  } else if (result.trouble) {
    judgement.verdict = Verdict::infrastructure;
    judgement.sentence = result.trouble->message;
    judgement.hint = result.trouble->hint;
  } else if (planned.action.in_process && broke_its_worker(*result.request, *result.launch)) {
    judgement.verdict = Verdict::infrastructure;
    judgement.sentence = fmt::format(
        "{}: the process in which this plugin did its action \"{}\" {}", planned.plugin_interface,
        planned.action.name, describe(*result.request, *result.launch));
    judgement.hint =
        "this is the plugin's fault: tell its author; it is " + planned.plugin_library.native();
  } else if (result.launch->end == LaunchResult::End::hung) {
    classify(plan, planned, result, judgement);
  } else if (result.launch->end != LaunchResult::End::exited) {
    judgement.verdict = verdict_of(*result.request, *result.launch);
    judgement.hint = hint_for(result.launch->end);
    judgement.sentence = std::filesystem::path(result.request->program).filename().string() + " " +
                         describe(*result.request, *result.launch);
  } else {
    classify(plan, planned, result, judgement);
  }
  if (judgement.hint.empty() && result.launch) judgement.hint = empty_file_among(plan, step);
}

bool Judge::blames_device(const CasePlan& plan, std::size_t action,
                          const ActionResult& result) const {
  const PlannedAction& planned = plan.actions.at(action);
  FailureReport report = report_of(plan, planned, result);
  report.exit_status = result.launch->exit_status;
  try {
    const FailureKind kind = backend_of(plan.steps.at(planned.step)).backend->classify(report).kind;
    return kind == FailureKind::unavailable || kind == FailureKind::infrastructure;
  } catch (const Failure&) {
    return true;
  }
}

FailureReport Judge::report_of(const CasePlan& plan, const PlannedAction& planned,
                               const ActionResult& result) const {
  const PlannedStep& step = plan.steps.at(planned.step);
  const auto mapped = [&](const std::filesystem::path& file) {
    return map_names(excerpt(file), result.names, result.request->working_directory);
  };
  FailureReport report;
  report.compiling = step.stage == Stage::compile;
  report.action = planned.action.name;
  report.target = step.target;
  report.standard_output = mapped(result.request->standard_output);
  report.standard_error = mapped(result.request->standard_error);
  return report;
}

bool Judge::hangs(const CasePlan& plan, std::size_t action, const ActionResult& result,
                  const StallReport& stall) const {
  const PlannedAction& planned = plan.actions.at(action);
  FailureReport report = report_of(plan, planned, result);
  report.stall = stall_of(planned, stall);
  try {
    return backend_of(plan.steps.at(planned.step)).backend->classify(report).hung.value_or(false);
  } catch (const Failure&) {
    return false;
  }
}

void Judge::classify(const CasePlan& plan, const PlannedAction& planned, const ActionResult& result,
                     Judgement& judgement) const {
  const ChosenBackend& backend = backend_of(plan.steps.at(planned.step));
  FailureReport report = report_of(plan, planned, result);
  std::string ended = describe(*result.request, *result.launch);
  if (result.launch->end == LaunchResult::End::hung) {
    report.stall = stall_of(planned, result.launch->stall.value_or(StallReport{}));
  } else {
    report.exit_status = result.launch->exit_status;
    ended = fmt::format("exited with status {}", result.launch->exit_status);
  }
  try {
    const Classification said = backend.backend->classify(report);
    judgement.verdict = verdict_of(said.kind, backend.required);
    judgement.sentence =
        said.sentence.empty() ? fmt::format("{} {}", planned.action.name, ended) : said.sentence;
  } catch (const Failure& failure) {
    judgement.verdict = Verdict::infrastructure;
    judgement.sentence = fmt::format("{} {}, and the backend cannot say why: {}",
                                     result.request->program, ended, failure.what());
  }
}

void Judge::note_left_out(const PlannedStep& step, const CaseResults& results,
                          Judgement& judgement) {
  for (std::size_t action : step.actions) {
    const auto& launch = results.actions.at(action).launch;
    const std::uint64_t bytes = launch ? launch->output_left_out + launch->errors_left_out : 0;
    if (bytes == 0) continue;
    judgement.notes.push_back(fmt::format(
        "it printed so much that {} bytes were left out of its log (--output-limit)", bytes));
  }
}

void Judge::note_printed_errors(const PlannedStep& step, const CaseResults& results,
                                Judgement& judgement) {
  for (std::size_t action : step.actions) {
    if (const auto line = printed_error(results.actions.at(action))) {
      judgement.notes.push_back("it exited with status 0, but printed an error: " + *line);
    }
  }
}

void Judge::compare(const CasePlan& plan, const PlannedStep& step, Judgement& judgement) const {
  judgement.verdict = Verdict::pass;
  if (step.comparisons.empty()) return;
  const Result<std::vector<DeclaredResult>> declared = declared_results(plan, step);
  if (!declared) {
    judgement.verdict = Verdict::infrastructure;
    judgement.sentence = declared.error().message;
    return;
  }
  std::size_t bad = 0;
  for (const PlannedComparison& planned : step.comparisons) {
    JudgedComparison judged;
    judged.name = planned.result.name;
    judged.comparator = planned.result.comparator;
    judged.arguments = planned.result.arguments;
    judged.expected_file = plan.artifacts.at(planned.expected_artifact).path;
    judged.actual_file = path_of(plan, origin_of_output(plan, step, planned.result.output));
    const auto comparator = comparator_by_name_(planned.result.comparator);
    if (comparator) {
      ComparisonRequest request{judged.expected_file,    tensor_format_of(judged.expected_file),
                                planned.expected_value,  judged.actual_file,
                                planned.result.format,   std::nullopt,
                                planned.result.arguments};
      const auto index = static_cast<std::size_t>(planned.result.index);
      if (index < declared->size()) request.declared = (*declared)[index];
      judged.outcome = compare_tensors(request, **comparator);
    } else {
      judged.outcome.sentence = comparator.error().message;
      judged.outcome.hint = comparator.error().hint;
    }
    const Verdict verdict = verdict_of(judged.outcome.kind);
    if (verdict != Verdict::pass && bad++ == 0) {
      judgement.verdict = verdict;
      judgement.sentence = planned.result.name + ": " + judged.outcome.sentence;
      judgement.hint = judged.outcome.hint;
    }
    judgement.comparisons.push_back(std::move(judged));
  }
  if (bad > 1) {
    judgement.sentence +=
        fmt::format(" ({} of {} outputs do not match)", bad, step.comparisons.size());
  }
}

}  // namespace sharkreg::core
