// SPDX-License-Identifier: Apache-2.0
#include "cli/records.h"

#include <algorithm>
#include <array>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/clock.h"
#include "cli/repeat.h"

namespace sharkreg::core {
namespace {

double seconds(std::chrono::microseconds time) {
  return std::chrono::duration<double>(time).count();
}

BackendRecord record_of(const ChosenBackend& backend) {
  BackendRecord record;
  record.name = backend.name;
  record.plugin = backend.library;
  record.version = backend.version;
  for (const std::string& target : backend.targets) {
    if (!target.empty()) record.targets.push_back(target);
  }
  for (const Tool& tool : backend.probe.tools) {
    record.tools.push_back({tool.name, tool.path, tool.version});
  }
  for (const Device& device : backend.probe.devices) {
    record.devices.push_back({device.id, device.name, device.target, device.sku, device.usable});
  }
  return record;
}

StepFinished step_record(const Context& context, const CasePlan& plan, const PlannedStep& step) {
  StepFinished record;
  record.id = step.id;
  record.time = to_iso_text(context.clock().now());
  record.model = plan.model;
  record.submodel = plan.submodel;
  record.file = plan.file;
  record.step = step.name;
  record.stage = name_of(step.stage);
  record.backend = step.backend;
  record.target = step.target;
  record.repeat = repeat_command(context, plan, step);
  if (step.expectation) {
    record.reason = step.expectation->reason;
    record.issue = step.expectation->issue;
  }
  return record;
}

ActionRecord record_of(const PlannedAction& planned, const ActionResult& result) {
  ActionRecord record;
  record.name = planned.action.name;
  record.command = {result.request->program};
  record.command.insert(record.command.end(), result.request->arguments.begin(),
                        result.request->arguments.end());
  record.directory = result.request->working_directory;
  record.standard_output = result.request->standard_output;
  record.standard_error = result.request->standard_error;
  record.devices = result.devices;
  if (!result.launch) return record;
  const LaunchResult& launch = *result.launch;
  if (launch.end == LaunchResult::End::exited) record.exit_status = launch.exit_status;
  if (launch.signal != 0) record.signal = launch.signal;
  if (const auto& hit = result.cached) {
    record.cached = CachedRecord{hit->from, hit->seconds, hit->user_seconds, hit->system_seconds,
                                 hit->peak_memory_bytes};
  }
  record.seconds = seconds(launch.wall);
  record.user_seconds = seconds(launch.user);
  record.system_seconds = seconds(launch.system);
  record.peak_memory_bytes = static_cast<std::int64_t>(launch.peak_memory_bytes);
  return record;
}

}  // namespace

std::optional<OutputRecord> output_record(const std::filesystem::path& file) {
  struct stat state {};
  if (::stat(file.c_str(), &state) != 0) return std::nullopt;
  const std::int64_t modified =
      std::int64_t{state.st_mtim.tv_sec} * 1'000'000'000 + state.st_mtim.tv_nsec;
  return OutputRecord{file, state.st_size, modified};
}

namespace {

std::optional<ElementRecord> record_of(const std::optional<ComparedElement>& element) {
  if (!element) return std::nullopt;
  return ElementRecord{element->index, element->expected, element->actual};
}

ComparisonRecord record_of(const JudgedComparison& judged) {
  ComparisonRecord record;
  record.name = judged.name;
  record.comparator = judged.comparator;
  record.arguments = judged.arguments;
  record.match = judged.outcome.kind == ComparisonOutcome::Kind::match;
  record.message = judged.outcome.sentence;
  record.expected_file = judged.expected_file;
  record.actual_file = judged.actual_file;
  if (const auto& comparison = judged.outcome.comparison) {
    record.metrics = comparison->metrics;
    record.first = record_of(comparison->first);
    record.worst = record_of(comparison->worst);
    record.mismatch_count = comparison->mismatch_count;
  }
  return record;
}

}  // namespace

RunStarted run_started(const Context& context, const std::string& run, const std::string& sku,
                       const std::vector<ChosenBackend>& backends, std::size_t cases) {
  RunStarted record;
  record.run = run;
  record.time = to_iso_text(context.clock().now());
  record.version = SHARKREG_VERSION;
  record.command_line = {context.line().program};
  if (!context.line().subcommand.empty()) {
    record.command_line.push_back(context.line().subcommand);
  }
  record.command_line.insert(record.command_line.end(), context.line().arguments.begin(),
                             context.line().arguments.end());
  std::error_code error;
  record.directory = std::filesystem::current_path(error);
  utsname system{};
  if (::uname(&system) == 0) {
    record.host = system.nodename;
    record.system = fmt::format("{} {} {}", system.sysname, system.release, system.machine);
  }
  record.sku = sku;
  for (const ChosenBackend& backend : backends) record.backends.push_back(record_of(backend));
  record.cases = static_cast<std::int64_t>(cases);
  record.strict_xfail = context.settings().is_true("strict-xfail");
  if (const std::string baseline = context.settings().text("baseline"); !baseline.empty()) {
    record.baseline = std::filesystem::absolute(baseline);
  }
  return record;
}

CasePlanned case_planned(const CasePlan& plan) {
  CasePlanned record{plan.model, plan.submodel, {}};
  for (const PlannedStep& step : plan.steps) {
    if (!step.left_out) record.steps.push_back(step.name);
  }
  return record;
}

StepFinished invalid_case(const Context& context, const CaseFile& file,
                          const std::vector<Diagnostic>& diagnostics) {
  StepFinished record;
  record.time = to_iso_text(context.clock().now());
  record.model = file.model;
  record.submodel = file.submodel;
  record.file = file.path;
  record.step = "read";
  record.stage = "read";
  record.verdict = Verdict::invalid;
  for (const Diagnostic& diagnostic : diagnostics) record.details.push_back(to_text(diagnostic));
  record.sentence = "the file cannot be read as a case";
  record.repeat = validate_command_line(context, file.path);
  return record;
}

StepFinished foregone_step(const Context& context, const CasePlan& plan, const PlannedStep& step) {
  StepFinished record = step_record(context, plan, step);
  record.verdict = step.foregone->verdict;
  record.sentence = step.foregone->sentence;
  record.hint = step.foregone->hint;
  record.details = step.foregone->details;
  for (const PlanNote& note : step.notes) record.notes.push_back(note.text);
  return record;
}

StepFinished judged_step(const Context& context, const CasePlan& plan, const PlannedStep& step,
                         const CaseResults& results, const Judgement& judgement) {
  StepFinished record = step_record(context, plan, step);
  record.verdict = judgement.verdict;
  record.sentence = judgement.sentence;
  record.hint = judgement.hint;
  record.details = judgement.details;
  record.log = judgement.log;
  record.notes = judgement.notes;
  record.findings = judgement.findings;
  for (std::size_t index : step.actions) {
    const ActionResult& result = results.actions.at(index);
    if (!result.request) continue;
    record.actions.push_back(record_of(plan.actions.at(index), result));
    record.seconds += record.actions.back().seconds;
    for (const auto& output : result.outputs) record.outputs.push_back(output);
  }
  record.cached = !record.actions.empty() &&
                  std::ranges::all_of(record.actions, [](const ActionRecord& action) {
                    return action.cached.has_value();
                  });
  for (const std::string& output : record.outputs) {
    if (auto file = output_record(output)) record.output_files.push_back(std::move(*file));
  }
  for (const JudgedComparison& comparison : judgement.comparisons) {
    record.comparisons.push_back(record_of(comparison));
  }
  return record;
}

}  // namespace sharkreg::core
