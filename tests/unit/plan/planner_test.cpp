// SPDX-License-Identifier: Apache-2.0
// What is asked of backends and of the tuner resolver, and how the answers become a graph.
#include "plan/planner.h"

#include <algorithm>

#include "fakes.h"

namespace sharkreg::core {
namespace {

using Texts = std::vector<std::string>;

std::vector<std::string> artifact_ids(const CasePlan& plan) {
  std::vector<std::string> ids;
  for (const PlannedArtifact& artifact : plan.artifacts) ids.push_back(artifact.id);
  return ids;
}

std::filesystem::path path_of(const CasePlan& plan, const std::string& id) {
  const auto found = std::ranges::find(plan.artifacts, id, &PlannedArtifact::id);
  REQUIRE_MESSAGE(found != plan.artifacts.end(), "no artifact " << id);
  return found->path;
}

TEST_CASE("a case has a compile and a run for each target of each backend, in their order") {
  Planning planning;
  planning.backends.push_back(planning.backend("tensor", {"t1", "t2"}));
  const CasePlan plan = planning.plan();
  std::vector<std::string> names;
  for (const PlannedStep& step : plan.steps) names.push_back(step.name);
  CHECK(names == Texts{"compile vector", "run vector", "compile tensor t1", "run tensor t1",
                       "compile tensor t2", "run tensor t2"});
  CHECK(plan.name() == "shark/fin");
  CHECK(plan.file == "/suite/shark/fin.json");
  CHECK(plan.steps[5].slug == "run_tensor_t2");
  CHECK(plan.steps[5].target == "t2");
  CHECK(plan.steps[5].compile_step == 4);
  CHECK_FALSE(plan.steps[4].compile_step);
}

TEST_CASE("the request of a compile carries what the case says for its backend") {
  Planning planning;
  planning.backends = {planning.backend("vector", {"v1"})};
  planning.test_case.pipeline_programs = {{"mlir", file_source("/data/pipe.mlir")}};
  planning.test_case.backends["vector"].compiler_flags = Texts{"-O2"};
  planning.test_case.backends["vector"].pipeline_compiler_flags = Texts{"-O1"};
  planning.test_case.backends["tensor"].compiler_flags = Texts{"-O9"};
  planning.options.compile_arguments = {
      {"", {"--all"}}, {"vector", {"--mine"}}, {"tensor", {"-x"}}};
  planning.options.flag_compatibility = FlagCompatibility::strict;
  planning.plan();
  const CompileRequest& request = planning.fake->compiles.at(0);
  CHECK(request.case_name == "shark/fin");
  CHECK(request.target == "v1");
  CHECK(request.tag == "vector_v1");
  CHECK(request.program.id == "program");
  CHECK(request.program.file_name == "fin.mlir");
  CHECK(request.program.format == "mlir");
  REQUIRE(request.pipeline_program);
  CHECK(request.pipeline_program->file_name == "pipe.mlir");
  CHECK(request.compiler_flags == Texts{"-O2"});
  CHECK(request.pipeline_compiler_flags == Texts{"-O1"});
  CHECK(request.extra_arguments == Texts{"--all", "--mine"});
  CHECK(request.flag_compatibility == FlagCompatibility::strict);
  CHECK_FALSE(request.tuner_file);
}

TEST_CASE("the request of a run carries inputs, expectations and weights by id") {
  Planning planning;
  planning.test_case.inputs = {tensor("/data/a.npy", "2xf32"),
                               {std::nullopt, "3xi64", false},
                               tensor("/data/c.raw", "1xf16")};
  planning.test_case.outputs = {
      tensor("/data/x.npy"), {std::nullopt, "(ignored)", true}, tensor("/data/z.bin", "1xf32")};
  planning.test_case.weights = {{file_source("/data/w.irpa"), "irpa", "reef"}};
  planning.test_case.add_pipeline_module = true;
  planning.test_case.threshold_args = Texts{"--near"};
  planning.options.run_arguments = {{"", {"--trace"}}};
  planning.plan();
  const RunRequest& request = planning.fake->runs.at(0);
  CHECK(request.function == "main");
  REQUIRE(request.inputs.size() == 3);
  CHECK(request.inputs[0].file->id == "input_0");
  CHECK(request.inputs[0].file->format == "npy");
  CHECK(request.inputs[0].value == "2xf32");
  CHECK_FALSE(request.inputs[1].file);
  CHECK(request.inputs[1].value == "3xi64");
  CHECK(request.inputs[2].file->id == "input_2");
  CHECK(request.inputs[2].file->format == "bin");
  REQUIRE(request.expectations.size() == 3);
  CHECK(request.expectations[0].file->id == "expected_0");
  CHECK_FALSE(request.expectations[1].file);
  CHECK(request.expectations[2].file->id == "expected_2");
  REQUIRE(request.weights.size() == 1);
  CHECK(request.weights[0].file.file_name == "w.irpa");
  CHECK(request.weights[0].scope == "reef");
  CHECK(request.add_pipeline_module);
  CHECK(request.threshold_arguments == Texts{"--near"});
  CHECK(request.extra_arguments == Texts{"--trace"});
  CHECK(request.comparison == ComparisonMode::host);
}

TEST_CASE("the first format in the backend's order of preference is taken") {
  Planning planning;
  planning.backends[0].description.program_formats = {"onnx", "mlir"};
  planning.test_case.programs.push_back({"onnx", file_source("/data/fin.onnx")});
  planning.plan();
  CHECK(planning.fake->compiles.at(0).program.file_name == "fin.onnx");
}

TEST_CASE("the tuner resolver is asked only where a tuner file could be used") {
  Planning planning;
  planning.test_case.tuner_file = {{"hammerhead", file_source("/suite/shark/tuned.mlir")}};
  planning.test_case.tuner_root = "/suite/shark";
  planning.plan();
  CHECK(planning.tuner.requests.empty());  // the backend takes none

  planning.backends = {planning.backend("vector", {"v1"})};
  planning.backends[0].description.takes_tuner_file = true;
  planning.plan();
  REQUIRE(planning.tuner.requests.size() == 1);
  CHECK(planning.tuner.requests[0].sku == "hammerhead");
  CHECK(planning.tuner.requests[0].backend == "vector");
  CHECK(planning.tuner.requests[0].target == "v1");
  CHECK_FALSE(planning.fake->compiles.back().tuner_file);  // it chose none

  planning.tuner.choice = TunerChoice{"tuned.mlir"};
  const CasePlan plan = planning.plan();
  CHECK(planning.fake->compiles.back().tuner_file->file_name == "tuned.mlir");
  const auto tuner =
      std::ranges::find(plan.artifacts, "tuner_file.vector_v1", &PlannedArtifact::id);
  REQUIRE(tuner != plan.artifacts.end());
  CHECK(tuner->source.location == "/suite/shark/tuned.mlir");
  CHECK(plan.steps[0].notes.at(0).text == "tuner file: tuned.mlir");
}

TEST_CASE("a tuner file that the model file names keeps its pin, whatever SKU it is chosen for") {
  Planning planning;
  planning.backends[0].description.takes_tuner_file = true;
  planning.options.require_pins = true;
  Source tuner = file_source("https://host/tuned.mlir");
  tuner.is_url = true;
  tuner.pin = {"12ab", ""};
  planning.test_case.tuner_file = {{"nurse", tuner}};
  planning.tuner.choice = TunerChoice{tuner.text};
  const CasePlan plan = planning.plan();
  CHECK(planning.tuner.requests[0].tuner_file ==
        std::map<std::string, std::string>{{"nurse", tuner.text}});
  CHECK(plan.artifacts.at(1).source.pin == tuner.pin);
}

TEST_CASE("with --locked a tuner file that nothing pins is not taken from a URL") {
  Planning planning;
  planning.backends[0].description.takes_tuner_file = true;
  planning.test_case.tuner_file = {{"nurse", file_source("/suite/tuned.mlir")}};
  planning.tuner.choice = TunerChoice{"https://host/other.mlir"};
  CHECK_FALSE(planning.compile_step().foregone);
  planning.options.require_pins = true;
  CHECK(verdict_of(planning.compile_step()) == Verdict::infrastructure);
  CHECK(contains(planning.compile_step().foregone->sentence,
                 "chose \"https://host/other.mlir\", which nothing pins"));
  planning.tuner.choice = TunerChoice{"/tuners/mine.mlir"};
  CHECK_FALSE(planning.compile_step().foregone);
}

TEST_CASE("each target has a tuner file of its own") {
  Planning planning;
  planning.backends = {planning.backend("vector", {"v1", "v2"})};
  planning.backends[0].description.takes_tuner_file = true;
  planning.test_case.tuner_file = {{"hammerhead", file_source("/suite/tuned.mlir")}};
  planning.tuner.choice = TunerChoice{"/tuners/tuned.mlir"};
  CHECK(artifact_ids(planning.plan()) == Texts{"program.mlir", "tuner_file.vector_v1", "input_0",
                                               "expected_0", "tuner_file.vector_v2"});
}

TEST_CASE("a choice of the tuner resolver that is no path is its fault") {
  Planning planning;
  planning.backends[0].description.takes_tuner_file = true;
  planning.test_case.tuner_file = {{"hammerhead", file_source("/suite/tuned.mlir")}};
  planning.tuner.choice = TunerChoice{""};
  CHECK(verdict_of(planning.compile_step()) == Verdict::infrastructure);
  CHECK(contains(planning.compile_step().foregone->sentence, "the tuner resolver chose \"\": "));
}

TEST_CASE("notes of the backend are kept with the step") {
  Planning planning;
  planning.fake->on_compile = [](const CompileRequest& request) {
    CompilePlan answer = FakeBackend::compile_once(request);
    answer.notes = {{"dropped --old", true}};
    return answer;
  };
  const PlannedStep step = planning.compile_step();
  REQUIRE(step.notes.size() == 1);
  CHECK(step.notes[0].text == "dropped --old");
  CHECK(step.notes[0].changes_result);
}

TEST_CASE("artifacts are shared by the targets and lie in the directory of their case") {
  Planning planning;
  planning.backends = {planning.backend("vector", {"v1", "v2"})};
  const CasePlan plan = planning.plan();
  CHECK(artifact_ids(plan) == Texts{"program.mlir", "input_0", "expected_0"});
  CHECK(path_of(plan, "program.mlir") == "/artifacts/shark_fin/fin.mlir");
  CHECK(plan.steps[0].artifacts == std::vector<std::size_t>{0});
  CHECK(plan.steps[1].artifacts == std::vector<std::size_t>{1, 2});
}

TEST_CASE("sources that end in one file name do not overwrite each other") {
  Planning planning;
  planning.test_case.inputs = {tensor("/a/x.npy"), tensor("/b/x.npy"), tensor("/a/x.npy"),
                               tensor("/c/x.npy")};
  const CasePlan plan = planning.plan();
  CHECK(path_of(plan, "input_0") == "/artifacts/shark_fin/x.npy");
  CHECK(path_of(plan, "input_1") == "/artifacts/shark_fin/2/x.npy");
  CHECK(path_of(plan, "input_2") == "/artifacts/shark_fin/x.npy");  // the same source
  CHECK(path_of(plan, "input_3") == "/artifacts/shark_fin/3/x.npy");
}

TEST_CASE("members of one archive that end in one file name do not overwrite each other") {
  Planning planning;
  planning.test_case.inputs = {tensor("/a.tar"), tensor("/a.tar"), tensor("/a.tar")};
  for (const std::size_t index : {0U, 1U, 2U}) {
    Source& source = *planning.test_case.inputs[index].source;
    source.file_name = "x.npy";
    source.unpacking = {Unpacking::Kind::member, index == 1 ? "two/x.npy" : "one/x.npy"};
  }
  const CasePlan plan = planning.plan();
  CHECK(path_of(plan, "input_0") == "/artifacts/shark_fin/x.npy");
  CHECK(path_of(plan, "input_1") == "/artifacts/shark_fin/2/x.npy");
  CHECK(path_of(plan, "input_2") == "/artifacts/shark_fin/x.npy");
}

TEST_CASE("compiled files lie side by side, those of a run below the run") {
  Planning planning;
  planning.backends = {planning.backend("vector", {"v1"})};
  planning.options.time_limit = std::chrono::seconds(7);
  const CasePlan plan = planning.plan();
  const PlannedAction& compile = plan.actions.at(0);
  CHECK(compile.output_directory == "/outputs/shark_fin_vmfbs");
  CHECK(compile.log_directory == "/run/shark_fin/compile_vector_v1");
  CHECK(compile.side_file_tag == "vector_v1");
  CHECK(compile.time_limit == std::chrono::seconds(7));
  CHECK(compile.devices.empty());
  CHECK(compile.plugin_interface == "vector");
  CHECK(compile.plugin_library == "/plugins/libvector.so");
  const PlannedAction& run = plan.actions.at(1);
  CHECK(run.output_directory == "/run/shark_fin/run_vector_v1");
  CHECK(run.log_directory == run.output_directory);
  REQUIRE(run.devices.size() == 1);
  CHECK(run.devices[0].id == "vector:0");
  CHECK(run.inputs.at("module").kind == FileOrigin::Kind::output);
  CHECK(run.inputs.at("module").index == 0);
  CHECK(core::path_of(plan, run.inputs.at("module")) ==
        "/outputs/shark_fin_vmfbs/model.vector_v1.bin");
}

TEST_CASE("a second action reads what the first wrote, and tags its side files by its name") {
  Planning planning;
  planning.fake->on_compile = [](const CompileRequest& request) {
    CompilePlan answer = FakeBackend::compile_once(request);
    Action link;
    link.name = "link";
    link.program = "/tools/linker";
    link.arguments = {in("module"), out("linked")};
    link.outputs = {{"linked", "linked.bin"}};
    answer.actions.push_back(link);
    return answer;
  };
  const CasePlan plan = planning.plan();
  CHECK(plan.steps[0].actions == std::vector<std::size_t>{0, 1});
  CHECK(plan.actions[1].inputs.at("module").index == 0);
  CHECK(plan.actions[0].side_file_tag == "vector");
  CHECK(plan.actions[1].side_file_tag == "vector.link");
  CHECK(origin_of_output(plan, plan.steps[0], "linked").index == 1);
}

TEST_CASE("comparisons are those that the backend means, unless the user names a comparator") {
  Planning planning;
  planning.test_case.threshold_args = Texts{"--near"};
  const PlannedStep step = planning.run_step();
  REQUIRE(step.comparisons.size() == 1);
  CHECK(step.comparisons[0].result.comparator == "close_enough");
  CHECK(step.comparisons[0].result.arguments == Texts{"--near"});
  CHECK(step.comparisons[0].expected_value == "4xf32");
  CHECK(step.comparisons[0].expected_artifact == 2);
  CHECK_FALSE(step.judged_by_runtime);

  planning.options.comparator = "bitwise";
  CHECK(planning.run_step().comparisons.at(0).result.comparator == "bitwise");
}

TEST_CASE("the comparator runtime leaves the judgement to the run") {
  Planning planning;
  planning.options.comparator = "runtime";
  const PlannedStep step = planning.run_step();
  CHECK(planning.fake->runs.at(0).comparison == ComparisonMode::runtime);
  CHECK(step.judged_by_runtime);
  CHECK(step.comparisons.empty());
}

TEST_CASE("a run without expected outputs says that nothing is compared") {
  Planning planning;
  planning.test_case.outputs.clear();
  planning.options.comparator = "runtime";
  const PlannedStep step = planning.run_step();
  REQUIRE_FALSE(step.notes.empty());
  CHECK(step.notes.back().text == "nothing compared");
  CHECK_FALSE(step.judged_by_runtime);
}

TEST_CASE("an output that nobody checks is neither fetched nor compared") {
  Planning planning;
  planning.test_case.outputs = {{std::nullopt, "(ignored)", true}, tensor("/data/out.npy")};
  const CasePlan plan = planning.plan();
  REQUIRE(plan.steps[1].comparisons.size() == 1);
  CHECK(plan.steps[1].comparisons[0].result.index == 1);
  CHECK(artifact_ids(plan) == Texts{"program.mlir", "input_0", "expected_1"});
}

TEST_CASE("in_process actions know the plugin and what it is configured with") {
  Planning planning;
  planning.backends[0].configuration.options["vector-level"] = "3";
  CHECK(planning.plan().actions.at(0).configuration.option("vector-level") == "3");
}

}  // namespace
}  // namespace sharkreg::core
