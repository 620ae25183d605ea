// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <sharkreg/tensor.h>

#include "iree/backend.h"
#include "iree/declarations.h"

namespace sharkreg::iree {
namespace {

// Results that nobody compares are printed; this many elements of each.
constexpr const char* printed_elements = "--output_max_element_count=64";

// Says how far results may be off. The comparator understands the same flags as the runtime.
bool is_tolerance(std::string_view argument) {
  constexpr std::array<std::string_view, 6> flags{
      "--expected_f16_threshold=", "--expected_bf16_threshold=", "--expected_f32_threshold=",
      "--expected_f64_threshold=", "--expected_rtol=",           "--equality_mode="};
  return std::ranges::any_of(flags,
                             [&](std::string_view flag) { return argument.starts_with(flag); });
}

struct SortedArguments {
  std::vector<std::string> tolerances;
  std::vector<std::string> others;
};

SortedArguments sorted(const std::vector<std::string>& arguments) {
  SortedArguments result;
  for (const auto& argument : arguments) {
    (is_tolerance(argument) ? result.tolerances : result.others).push_back(argument);
  }
  return result;
}

// The element type of a value such as "2x3xbf16" or "f32=1.5".
std::string_view element_type_of(std::string_view value) {
  value = value.substr(0, value.find('='));
  for (;;) {
    const std::size_t digits = value.find_first_not_of("0123456789?");
    if (digits == 0 || digits == std::string_view::npos || value[digits] != 'x') return value;
    value.remove_prefix(digits + 1);
  }
}

// The runtime writes .npy files of the types that NumPy has; others only as raw bytes.
bool fits_npy(std::string_view value) {
  const std::string_view name = element_type_of(value);
  if (name.empty()) return true;  // the expected file says it, and it is an .npy itself
  const auto type = element_type_from_name(name);
  if (!type || byte_size_of(*type) == 0) return false;
  switch (*type) {
    case ElementType::bf16:
    case ElementType::f8E5M2:
    case ElementType::f8E4M3FN:
    case ElementType::f8E5M2FNUZ:
    case ElementType::f8E4M3FNUZ:
    case ElementType::f8E8M0FNU:
      return false;
    default:
      return true;
  }
}

std::string result_id(std::size_t index) {
  return "output_" + std::to_string(index);
}

// A tensor as --input and --expected_output take it. With a value, an .npy file would be read as
// raw bytes, its header included; it says itself what it holds.
Argument tensor_argument(const std::string& flag, const std::optional<RequestArtifact>& file,
                         const std::string& value) {
  if (!file) return flag + value;
  const bool says_itself = file->format == "npy" || value.empty();
  return {flag + (says_itself ? "@" : value + "=@"), in(file->id)};
}

// --function is looked up in the last module.
std::string last_module(const RunRequest& request) {
  return request.add_pipeline_module ? "pipeline_module" : "module";
}

}  // namespace

RunPlan Backend::plan_run(const RunRequest& request) {
  for (std::size_t index = 0; index < request.inputs.size(); ++index) {
    const RunInput& input = request.inputs[index];
    if (!input.file && input.value.empty()) {
      throw Failure(Failure::Kind::invalid, request.case_name + ": input " + std::to_string(index) +
                                                " has neither a source nor a value");
    }
  }
  RunPlan plan;
  plan.actions.push_back(run_action(request));
  if (request.comparison == ComparisonMode::host) add_results(request, plan);
  const bool raw = std::ranges::any_of(
      plan.results, [](const PlannedResult& result) { return result.format == "bin"; });
  if (raw) add_declarations(request, plan);
  return plan;
}

Action Backend::run_action(const RunRequest& request) const {
  const bool judged_by_host = request.comparison == ComparisonMode::host;
  const LocatedTool runner = tools_.locate("iree-run-module");
  Action action = tool_action("run", runner);
  for (auto& variable : passed_on(hardware_.run_variables)) action.environment.push_back(variable);
  action.cpu_slots = hardware_.run_cpu_slots;
  action.device_count = hardware_.run_device_count;
  action.cacheable = hardware_.runs_are_deterministic;
  if (runner.found()) {
    const ProgramChain chain(runner.path);
    action.content_files = chain.program_files();
    if (chain.hides_something()) action.cacheable = false;
  }

  auto& arguments = action.arguments;
  const auto add_texts = [&](const std::vector<std::string>& texts) {
    const auto chosen = judged_by_host ? sorted(texts).others : texts;
    arguments.insert(arguments.end(), chosen.begin(), chosen.end());
  };
  arguments.emplace_back("--device=" + hardware_.device);
  arguments.emplace_back("--module=", in("module"));
  if (!request.function.empty()) arguments.emplace_back("--function=" + request.function);
  if (judged_by_host && request.expectations.empty()) arguments.emplace_back(printed_elements);
  add_texts(request.threshold_arguments);
  for (const RunInput& input : request.inputs) {
    arguments.push_back(tensor_argument("--input=", input.file, input.value));
  }
  for (std::size_t index = 0; index < request.expectations.size(); ++index) {
    const RunExpectation& expected = request.expectations[index];
    if (!judged_by_host) {
      arguments.push_back(tensor_argument("--expected_output=", expected.file,
                                          expected.file ? expected.value : "(ignored)"));
    } else if (expected.file) {
      arguments.emplace_back("--output=@", out(result_id(index)));
    } else {
      arguments.emplace_back("--output=");
    }
  }
  for (const RunWeights& weights : request.weights) {
    arguments.emplace_back("--parameters=" + weights.scope + "=", in(weights.file.id));
  }
  if (request.add_pipeline_module) arguments.emplace_back("--module=", in("pipeline_module"));
  add_texts(request.extra_arguments);
  return action;
}

void Backend::add_results(const RunRequest& request, RunPlan& plan) const {
  std::vector<std::string> tolerances = sorted(request.threshold_arguments).tolerances;
  for (auto& extra : sorted(request.extra_arguments).tolerances) tolerances.push_back(extra);

  for (std::size_t index = 0; index < request.expectations.size(); ++index) {
    const RunExpectation& expected = request.expectations[index];
    if (!expected.file) continue;
    PlannedResult result;
    result.name = result_id(index);
    result.output = result_id(index);
    result.format = fits_npy(expected.value) ? "npy" : "bin";
    result.expectation = expected.file->id;
    result.comparator = "iree_threshold";
    result.arguments = tolerances;
    result.index = static_cast<std::int64_t>(index);
    plan.actions.front().outputs.push_back({result.output, result.name + "." + result.format});
    plan.results.push_back(std::move(result));
  }
}

// Raw bytes say neither type nor shape; the compiled module does.
void Backend::add_declarations(const RunRequest& request, RunPlan& plan) const {
  Action dump = tool_action("declarations", tools_.locate("iree-dump-module"));
  dump.arguments = {"--output=metadata", in(last_module(request))};
  dump.outputs = {{module_metadata, "module_metadata.txt"}};
  dump.standard_output = module_metadata;
  plan.actions.push_back(std::move(dump));

  Action read;
  read.name = read_declarations_action;
  read.in_process = true;
  read.arguments = {request.function};
  read.inputs = {module_metadata};
  read.outputs = {{"declarations", "declarations.json"}};
  read.answer_output = "declarations";
  plan.actions.push_back(std::move(read));
  plan.declarations = "declarations";
}

}  // namespace sharkreg::iree
