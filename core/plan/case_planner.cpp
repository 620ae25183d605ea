// SPDX-License-Identifier: Apache-2.0
#include "plan/case_planner.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "plan/step_digest.h"
#include "suite/source.h"
#include "suite/tensor_format.h"

namespace sharkreg::core {
namespace {

std::string formats_of(const auto& things) {
  std::set<std::string> formats;
  for (const auto& thing : things) formats.insert(thing.format);
  return fmt::format("{}", fmt::join(formats, ", "));
}

// The first of the programs, weights, … in the order of the formats that are preferred.
template <class Thing>
const Thing* preferred(const std::vector<Thing>& things, const std::vector<std::string>& formats) {
  for (const std::string& format : formats) {
    const auto found = std::ranges::find(things, format, &Thing::format);
    if (found != things.end()) return &*found;
  }
  return nullptr;
}

ForegoneVerdict skipped(std::string sentence) {
  return {Verdict::skip, std::move(sentence), {}, {}};
}

// What a backend refuses: a wrong flag is the model file's fault, everything else the plugin's.
ForegoneVerdict refused(const Failure& failure, Stage stage, const std::filesystem::path& file) {
  if (failure.kind() != Failure::Kind::invalid) {
    return {Verdict::infrastructure, failure.what(), failure.hint(), {}};
  }
  return {stage == Stage::compile ? Verdict::compile_error : Verdict::run_error,
          failure.what(),
          failure.hint(),
          {fmt::format("the model file is {}", file.string())}};
}

// A result that was got with them must not pass for one without.
void note_extra_arguments(PlannedStep& step, const std::vector<std::string>& arguments) {
  if (arguments.empty()) return;
  step.notes.push_back({"with additional arguments: " + join(arguments, " "), true});
}

}  // namespace

CasePlanner::CasePlanner(const PlanOptions& options, TunerResolver& tuner_resolver,
                         const Case& test_case)
    : options_(options),
      tuner_resolver_(tuner_resolver),
      case_(test_case),
      directory_(directory_name(test_case.model, test_case.submodel)),
      places_(options.artifacts_dir / directory_) {
  plan_.model = test_case.model;
  plan_.submodel = test_case.submodel;
  plan_.file = test_case.file;
}

void CasePlanner::add(const ChosenBackend& backend) {
  const std::vector<std::string> targets =
      backend.targets.empty() ? std::vector<std::string>{"auto"} : backend.targets;
  for (const std::string& target : targets) add_target(backend, target);
}

CasePlanner::Wanted CasePlanner::wanted(const ChosenBackend& backend,
                                        const std::string& target) const {
  const auto selects = [&](Stage stage) {
    return !options_.selects ||
           options_.selects(case_.model, case_.submodel, step_name(stage, backend.name, target));
  };
  Wanted result;
  result.repeat = options_.repetitions > 1 && selects(Stage::repeat);
  result.run = result.repeat || selects(Stage::run);
  // What only compiles is asked for what the runs of another machine need.
  result.compile = result.run || selects(Stage::compile);
  if (options_.stage == StageChoice::compile) result.run = result.repeat = false;
  if (options_.stage == StageChoice::run && !result.run) result.compile = false;
  return result;
}

void CasePlanner::add_target(const ChosenBackend& backend, const std::string& target) {
  const Wanted is_wanted = wanted(backend, target);
  if (!is_wanted.compile) return;
  const std::size_t compile = add_planned(Stage::compile, backend, target, [&](PlannedStep& step) {
    step.left_out = options_.stage == StageChoice::run;
  });
  if (!is_wanted.run) return;
  std::vector<std::size_t> runs;
  for (int repetition = 1; repetition <= options_.repetitions; ++repetition) {
    runs.push_back(add_planned(Stage::run, backend, target, [&](PlannedStep& step) {
      step.compile_step = compile;
      if (options_.repetitions == 1) return;
      step.repetition = repetition;
      step.name += fmt::format(" #{}", repetition);
      step.slug += fmt::format(".{}", repetition);
    }));
  }
  if (is_wanted.repeat) add_repeat(backend, target, std::move(runs));
}

std::size_t CasePlanner::add_planned(Stage stage, const ChosenBackend& backend,
                                     const std::string& target,
                                     const std::function<void(PlannedStep&)>& fill) {
  PlannedStep& step = add_step(stage, backend, target);
  fill(step);
  if (!step.foregone && backend.targets.empty()) {
    step.foregone = {backend.required ? Verdict::infrastructure : Verdict::unavailable,
                     backend.no_target_because,
                     {},
                     {}};
  }
  if (!step.foregone) plan_or_refuse(step, backend);
  return plan_.steps.size() - 1;
}

void CasePlanner::add_repeat(const ChosenBackend& backend, const std::string& target,
                             std::vector<std::size_t> runs) {
  PlannedStep& step = add_step(Stage::repeat, backend, target);
  const PlannedStep& first = plan_.steps.at(runs.front());
  if (first.foregone) {
    const bool neutral =
        first.foregone->verdict == Verdict::skip || first.foregone->verdict == Verdict::unavailable;
    step.foregone = {neutral ? first.foregone->verdict : Verdict::blocked,
                     neutral ? first.foregone->sentence : first.name + " is not done",
                     {},
                     {}};
  } else if (first.comparisons.empty()) {
    step.foregone = skipped("the runs leave no outputs that could be compared");
  }
  step.repetitions = std::move(runs);
}

void CasePlanner::plan_or_refuse(PlannedStep& step, const ChosenBackend& backend) {
  const std::size_t actions_before = plan_.actions.size();
  try {
    step.stage == Stage::compile ? plan_compile(step, backend) : plan_run(step, backend);
  } catch (const Failure& failure) {
    plan_.actions.resize(actions_before);
    step.actions.clear();
    step.artifacts.clear();
    step.comparisons.clear();
    step.foregone = refused(failure, step.stage, case_.file);
  }
}

PlannedStep& CasePlanner::add_step(Stage stage, const ChosenBackend& backend,
                                   const std::string& target) {
  PlannedStep& step = plan_.steps.emplace_back();
  step.stage = stage;
  step.backend = backend.name;
  step.target = target;
  step.name = step_name(stage, backend.name, target);
  step.slug = fmt::format("{}_{}", name_of(stage), target_name(step, '_'));
  if (stage == Stage::repeat) return step;

  const BackendFields fields = fields_for(case_, backend.name);
  if (stage == Stage::run) {
    step.expectation = fields.run_failure;
  } else if (const auto chip = fields.compile_failure_for.find(target);
             chip != fields.compile_failure_for.end()) {
    step.expectation = chip->second;
  } else {
    step.expectation = fields.compile_failure;
  }
  step.foregone = skip_reason(step);
  return step;
}

std::optional<ForegoneVerdict> CasePlanner::skip_reason(const PlannedStep& step) const {
  const std::set<std::string> only = only_backends(case_);
  if (!only.empty() && !only.contains(step.backend)) {
    return skipped(fmt::format("the model file asks for {} only", fmt::join(only, ", ")));
  }
  if (step.stage == Stage::run && case_.compile_only) {
    return skipped("the model file asks for compiles only");
  }
  if (step.expectation && options_.skip_expected_failures) {
    return ForegoneVerdict{Verdict::xfail, "expected to fail; not tried (--xfail=skip)", {}, {}};
  }
  return std::nullopt;
}

void CasePlanner::plan_compile(PlannedStep& step, const ChosenBackend& backend) {
  if (preferred(case_.programs, backend.description.program_formats) == nullptr) {
    step.foregone = skipped(fmt::format("{} takes {}; the model file has {}", backend.name,
                                        fmt::join(backend.description.program_formats, ", "),
                                        formats_of(case_.programs)));
    return;
  }
  Files files;
  const CompileRequest request = compile_request(step, backend, files);
  std::vector<const Source*> sources;
  for (const auto& [id, origin] : files) sources.push_back(&plan_.artifacts[origin.index].source);
  step.request_digest = digest_of_request(step, request, sources, options_.sku);
  const CompilePlan answer = backend.backend->plan_compile(request);
  step.notes.insert(step.notes.end(), answer.notes.begin(), answer.notes.end());
  add_actions(step, backend, answer.actions, files);
  compiled_[target_name(step, ' ')] = std::move(files);
}

CompileRequest CasePlanner::compile_request(PlannedStep& step, const ChosenBackend& backend,
                                            Files& files) {
  const BackendFields fields = fields_for(case_, backend.name);
  const auto& formats = backend.description.program_formats;
  CompileRequest request;
  request.case_name = case_.name();
  request.target = step.target;
  request.tag = target_name(step, '_');
  const Program& program = *preferred(case_.programs, formats);
  request.program =
      artifact("program", "program." + program.format, program.source, program.format, files);
  if (const Program* pipeline = preferred(case_.pipeline_programs, formats)) {
    request.pipeline_program = artifact("pipeline_program", "pipeline_program." + pipeline->format,
                                        pipeline->source, pipeline->format, files);
  }
  if (backend.description.takes_tuner_file && !case_.tuner_file.empty()) {
    std::map<std::string, std::string> by_sku;
    for (const auto& [sku, source] : case_.tuner_file) by_sku[sku] = source.text;
    const auto choice = tuner_resolver_.resolve({by_sku, options_.sku, backend.name, step.target});
    if (choice) {
      request.tuner_file = artifact("tuner_file", "tuner_file." + request.tag,
                                    chosen_tuner_file(choice->path), "", files);
      step.notes.push_back({"tuner file: " + choice->path, false});
    }
  }
  request.compiler_flags = fields.compiler_flags.value_or(std::vector<std::string>{});
  request.pipeline_compiler_flags = fields.pipeline_compiler_flags;
  request.extra_arguments = extra_arguments(options_.compile_arguments, backend.name);
  note_extra_arguments(step, request.extra_arguments);
  request.flag_compatibility = options_.flag_compatibility;
  return request;
}

// One that the model file names, with its pin; or another.
Source CasePlanner::chosen_tuner_file(const std::string& path) const {
  for (const auto& [sku, source] : case_.tuner_file) {
    if (source.text == path) return source;
  }
  const std::string chose = "the tuner resolver chose \"" + path + "\"";
  Result<Source> source = parse_source(path, case_.tuner_root);
  if (!source) throw Failure(Failure::Kind::failed, chose + ": " + source.error().message);
  if (options_.require_pins && source->is_url) {
    throw Failure(Failure::Kind::failed, chose + ", which nothing pins",
                  "name it in \"tuner_file\", with its \"sha256\"; or leave --locked out");
  }
  return *std::move(source);
}

void CasePlanner::plan_run(PlannedStep& step, const ChosenBackend& backend) {
  const PlannedStep& compile = plan_.steps.at(*step.compile_step);
  // Nobody else tells why a compile that is left out cannot be planned.
  if (compile.foregone && (compile.foregone->verdict == Verdict::skip || compile.left_out)) {
    step.foregone = compile.foregone;
    return;
  }
  if (compile.foregone) {
    step.foregone = {Verdict::blocked, fmt::format("{} did not succeed", compile.name), {}, {}};
    return;
  }
  if (std::string why = unavailable_because(backend, step.target); !why.empty()) {
    step.foregone = {
        backend.required ? Verdict::infrastructure : Verdict::unavailable, std::move(why), {}, {}};
    return;
  }
  Files files = compiled_.at(target_name(step, ' '));
  const RunRequest request = run_request(step, backend, files);
  const RunPlan answer = backend.backend->plan_run(request);
  step.notes.insert(step.notes.end(), answer.notes.begin(), answer.notes.end());
  step.declarations = answer.declarations;
  step.judged_by_runtime =
      request.comparison == ComparisonMode::runtime && !request.expectations.empty();
  if (request.expectations.empty()) step.notes.push_back({"nothing compared", false});
  add_actions(step, backend, answer.actions, files);
  add_comparisons(step, answer, files);
  check_run(step, request, answer, files);
}

RunRequest CasePlanner::run_request(PlannedStep& step, const ChosenBackend& backend, Files& files) {
  const BackendFields fields = fields_for(case_, backend.name);
  RunRequest request;
  request.case_name = case_.name();
  request.target = step.target;
  request.tag = target_name(step, '_');
  request.function = fields.function.value_or("");
  for (std::size_t index = 0; index < case_.inputs.size(); ++index) {
    const TensorSource& input = case_.inputs[index];
    RunInput& planned = request.inputs.emplace_back();
    planned.value = input.value;
    if (!input.source) continue;
    const std::string id = fmt::format("input_{}", index);
    planned.file =
        artifact(id, id, *input.source, tensor_format_of(input.source->file_name), files);
  }
  for (std::size_t index = 0; index < case_.outputs.size(); ++index) {
    const TensorSource& output = case_.outputs[index];
    RunExpectation& planned = request.expectations.emplace_back();
    planned.value = output.value;
    if (output.ignored) continue;
    const std::string id = fmt::format("expected_{}", index);
    planned.file =
        artifact(id, id, *output.source, tensor_format_of(output.source->file_name), files);
  }
  // A backend without weight formats has programs that carry their weights.
  if (!case_.weights.empty() && !backend.description.weight_formats.empty()) {
    const Weights* weights = preferred(case_.weights, backend.description.weight_formats);
    if (weights == nullptr) {
      throw Failure(Failure::Kind::invalid,
                    fmt::format("{} takes weights as {}; the model file has {}", backend.name,
                                fmt::join(backend.description.weight_formats, ", "),
                                formats_of(case_.weights)));
    }
    request.weights.push_back({artifact("weights_0", "weights." + weights->format, weights->source,
                                        weights->format, files),
                               weights->scope});
  }
  request.add_pipeline_module = case_.add_pipeline_module;
  request.threshold_arguments = fields.threshold_args.value_or(std::vector<std::string>{});
  request.extra_arguments = extra_arguments(options_.run_arguments, backend.name);
  note_extra_arguments(step, request.extra_arguments);
  request.comparison =
      options_.comparator == "runtime" ? ComparisonMode::runtime : ComparisonMode::host;
  return request;
}

RequestArtifact CasePlanner::artifact(const std::string& id, const std::string& plan_id,
                                      const Source& source, const std::string& format,
                                      Files& files) {
  const auto [known, is_new] = artifacts_.try_emplace(plan_id, plan_.artifacts.size());
  const std::size_t index = known->second;
  if (is_new) plan_.artifacts.push_back({plan_id, source, places_.place_of(source)});
  files[id] = {FileOrigin::Kind::artifact, index, {}};
  return {id, plan_.artifacts[index].path.filename(), format};
}

std::vector<std::string> CasePlanner::extra_arguments(
    const std::map<std::string, std::vector<std::string>>& arguments,
    const std::string& backend) const {
  std::vector<std::string> result;
  for (const std::string& key : {std::string(), backend}) {
    const auto found = arguments.find(key);
    if (found != arguments.end()) {
      result.insert(result.end(), found->second.begin(), found->second.end());
    }
  }
  return result;
}

}  // namespace sharkreg::core
