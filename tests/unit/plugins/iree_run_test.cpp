// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <doctest/doctest.h>

#include "cpu/backend.h"
#include "iree_support.h"
#include "rocm/backend.h"

namespace sharkreg::tests {
namespace {

using Texts = std::vector<std::string>;

RequestArtifact file(const std::string& id, const std::string& format) {
  return {id, id + "." + format, format};
}

RunRequest request_with(std::vector<RunExpectation> expectations) {
  RunRequest request;
  request.case_name = "made/up";
  request.tag = "cpu";
  request.function = "main";
  request.expectations = std::move(expectations);
  return request;
}

RunPlan plan_for(const RunRequest& request) {
  FakeHost host;
  return cpu::Backend({}, host).plan_run(request);
}

Texts arguments_for(const RunRequest& request) {
  return shown(action_named(plan_for(request).actions, "run").arguments);
}

TEST_CASE("each input is given in the form that the runtime reads it in") {
  RunRequest request = request_with({});
  request.comparison = ComparisonMode::runtime;
  request.inputs = {{file("input_0", "bin"), "1x64xi64"},
                    {file("input_1", "npy"), ""},
                    {file("input_2", "npy"), "2x2xi64"},
                    {std::nullopt, "i32=5"}};
  CHECK(arguments_for(request) == Texts{"--device=local-task", "--module={in:module}",
                                        "--function=main", "--input=1x64xi64=@{in:input_0}",
                                        "--input=@{in:input_1}", "--input=@{in:input_2}",
                                        "--input=i32=5"});
}

TEST_CASE("an input without source and value is refused") {
  RunRequest request = request_with({});
  request.inputs = {{std::nullopt, "4xf32"}, {std::nullopt, ""}};
  const Failure failure = failure_of([&] { plan_for(request); });
  CHECK(failure.kind() == Failure::Kind::invalid);
  CHECK(std::string(failure.what()) == "made/up: input 1 has neither a source nor a value");
}

TEST_CASE("the host's comparator judges files that the run writes") {
  RunRequest request = request_with({{file("expected_0", "bin"), "2x3xf16"},
                                     {std::nullopt, "4xf32"},
                                     {file("expected_2", "npy"), ""}});
  request.threshold_arguments = {"--expected_f16_threshold=0.5f", "--device_allocator=caching",
                                 "--expected_rtol=0", "--equality_mode=approximate"};
  request.extra_arguments = {"--expected_f16_threshold=1", "--print_statistics"};
  const RunPlan plan = plan_for(request);
  CHECK(shown(plan.actions.at(0).arguments) ==
        Texts{"--device=local-task", "--module={in:module}", "--function=main",
              "--device_allocator=caching", "--output=@{out:output_0}",
              "--output=", "--output=@{out:output_2}", "--print_statistics"});
  CHECK(plan.actions.size() == 1);
  CHECK(plan.declarations.empty());

  REQUIRE(plan.actions[0].outputs.size() == 2);
  CHECK(plan.actions[0].outputs[0].file_name == "output_0.npy");
  CHECK(plan.actions[0].outputs[1].id == "output_2");
  REQUIRE(plan.results.size() == 2);
  CHECK(plan.results[0].format == "npy");
  CHECK(plan.results[0].expectation == "expected_0");
  CHECK(plan.results[0].comparator == "iree_threshold");
  CHECK(plan.results[0].arguments == Texts{"--expected_f16_threshold=0.5f", "--expected_rtol=0",
                                           "--equality_mode=approximate",
                                           "--expected_f16_threshold=1"});
  CHECK(plan.results[1].name == "output_2");
  CHECK(plan.results[1].index == 2);
}

TEST_CASE("types that NumPy lacks come as raw bytes, others as .npy") {
  const auto format_of = [](const std::string& value) {
    const RunPlan plan = plan_for(request_with({{file("expected_0", "bin"), value}}));
    return plan.results.at(0).format;
  };
  for (const char* value : {"", "2x3xf32", "f64", "4xi1", "2xi8", "1xui32", "3xcomplex<f32>",
                            "0x4xi64", "4xf16=1 2 3 4", "4xsi32"}) {
    CAPTURE(value);
    CHECK(format_of(value) == "npy");
  }
  for (const char* value : {"2x3xbf16", "bf16", "4xf8E4M3FNUZ", "f8E5M2", "8xi4"}) {
    CAPTURE(value);
    CHECK(format_of(value) == "bin");
  }
}

TEST_CASE("raw results bring the declarations of the module that has the function") {
  RunRequest request = request_with({{file("expected_0", "bin"), "2x3xbf16"}});
  std::string module = "module";
  SUBCASE("alone") {}
  SUBCASE("with a pipeline") {
    request.add_pipeline_module = true;
    module = "pipeline_module";
  }
  const RunPlan plan = plan_for(request);
  REQUIRE(plan.actions.size() == 3);
  CHECK(plan.actions[0].outputs.at(0).file_name == "output_0.bin");

  const Action& dump = action_named(plan.actions, "declarations");
  CHECK(dump.program == "iree-dump-module");
  CHECK(shown(dump.arguments) == Texts{"--output=metadata", "{in:" + module + "}"});
  CHECK(dump.standard_output == dump.outputs.at(0).id);

  const Action& read = action_named(plan.actions, "read_declarations");
  CHECK(read.in_process);
  CHECK(shown(read.arguments) == Texts{"main"});
  CHECK(read.inputs == Texts{dump.standard_output});
  CHECK(read.answer_output == plan.declarations);
  CHECK(read.outputs.at(0).id == plan.declarations);
}

TEST_CASE("the runtime's own comparison gets everything and gives no files") {
  RunRequest request = request_with({{file("expected_0", "bin"), "2x3xbf16"},
                                     {std::nullopt, ""},
                                     {file("expected_2", "npy"), ""}});
  request.threshold_arguments = {"--expected_bf16_threshold=0.5f", "--device_allocator=caching"};
  request.comparison = ComparisonMode::runtime;
  const RunPlan plan = plan_for(request);
  CHECK(shown(plan.actions.at(0).arguments) ==
        Texts{"--device=local-task", "--module={in:module}", "--function=main",
              "--expected_bf16_threshold=0.5f", "--device_allocator=caching",
              "--expected_output=2x3xbf16=@{in:expected_0}", "--expected_output=(ignored)",
              "--expected_output=@{in:expected_2}"});
  CHECK(plan.actions.size() == 1);
  CHECK(plan.results.empty());
}

TEST_CASE("without expectations the results are printed, within bounds that the user may change") {
  RunRequest request = request_with({});
  request.threshold_arguments = {"--output_max_element_count=7"};
  const Texts arguments = arguments_for(request);
  CHECK(std::ranges::count_if(arguments, [](const std::string& argument) {
          return argument.starts_with("--output_max_element_count=");
        }) == 2);
  CHECK(arguments.back() == "--output_max_element_count=7");
}

TEST_CASE("weights, a pipeline module and no function") {
  RunRequest request = request_with({});
  request.comparison = ComparisonMode::runtime;
  request.function.clear();
  request.weights = {{file("weights_0", "irpa"), "model"}, {file("weights_1", "irpa"), "lora"}};
  request.add_pipeline_module = true;
  CHECK(arguments_for(request) ==
        Texts{"--device=local-task", "--module={in:module}", "--parameters=model={in:weights_0}",
              "--parameters=lora={in:weights_1}", "--module={in:pipeline_module}"});
}

TEST_CASE("a run on a GPU has a device to itself and sees the driver's variables") {
  FakeHost host;
  rocm::Backend backend({{}, {"/nowhere"}}, host);
  const RunPlan plan = backend.plan_run(request_with({}));
  const Action& run = plan.actions.at(0);
  CHECK(shown(run.arguments).at(0) == "--device=hip");
  CHECK(run.program == "iree-run-module");
  CHECK(run.program_missing.find("iree-run-module was not found in: /nowhere") == 0);
  CHECK(run.device_count == 1);
  CHECK(run.cpu_slots == 1);
  CHECK_FALSE(run.cacheable);
  for (const char* name : {"PATH", "LD_LIBRARY_PATH", "ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES",
                           "IREE_HIP_DYLIB_PATH"}) {
    CAPTURE(name);
    CHECK(std::ranges::count(run.environment, name, &EnvironmentVariable::name) == 1);
  }
}

TEST_CASE("a run on the processor keeps it busy and needs no device") {
  const Action run = plan_for(request_with({})).actions.at(0);
  CHECK(run.device_count == 0);
  CHECK(run.cpu_slots >= 1);
  CHECK(std::ranges::count(run.environment, "HIP_VISIBLE_DEVICES", &EnvironmentVariable::name) ==
        0);
}

}  // namespace
}  // namespace sharkreg::tests
