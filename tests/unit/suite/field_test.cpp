// SPDX-License-Identifier: Apache-2.0
#include "suite/field.h"

#include <doctest/doctest.h>

#include "model_file.h"
#include "suite/backend_fields.h"

namespace sharkreg::core {
namespace {

std::string backend_in(std::string_view name) {
  const std::optional<BackendFieldName> parsed = parse_backend_field(name);
  return parsed ? parsed->backend : "";
}

TEST_CASE("a field's name gives the backend") {
  for (const std::string& name : backend_field_names("npu2")) {
    CHECK_MESSAGE(backend_in(name) == "npu2", name);
  }
  CHECK(backend_field_names("npu2").size() == 8);
}

TEST_CASE("the longest pattern counts") {
  const auto flags = parse_backend_field("npu_compiler_flags");
  const auto pipeline_flags = parse_backend_field("npu_pipeline_compiler_flags");
  REQUIRE(pipeline_flags.has_value());
  CHECK(pipeline_flags->backend == "npu");
  CHECK(pipeline_flags->which != flags->which);
}

TEST_CASE("what is no backend's name gives none") {
  for (const char* name : {"compiler_flags", "_compiler_flags", "Npu_compiler_flags",
                           "2d_compiler_flags", "a_b_compiler_flags", "run_function",
                           "run__function", "run_a_b_function", "npu_function", "mlir", ""}) {
    CHECK_MESSAGE(backend_in(name).empty(), name);
  }
}

TEST_CASE("texts are shown without what is secret, and not at full length") {
  CHECK(shown("plain") == "\"plain\"");
  CHECK(shown("https://user:password@host/x?sig=secret#y") == "\"https://…@host/x?…\"");
  CHECK(shown("https://host/a@b") == "\"https://host/a@b\"");
  CHECK(shown("\x1b[31ma\nb") == "\"a b\"");
  CHECK(shown(std::string(1000, 'x')) == "\"" + std::string(120, 'x') + "…\"");
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += "\u20ac";
  CHECK(shown("x" + wide) == "\"x" + wide.substr(0, 39 * 3) + "…\"");
}

TEST_CASE("a diagnostic names file, place, found and expected") {
  Diagnostic diagnostic{Diagnostic::Severity::error, "a/b.json", "/x", "one", "two"};
  CHECK(to_text(diagnostic) == "a/b.json: /x: found one, expected two");
  diagnostic.pointer = "";
  CHECK(to_text(diagnostic) == "a/b.json: found one, expected two");
}

TEST_CASE_FIXTURE(ModelFile, "an unknown field is named with the nearest known one") {
  CHECK(report(R"("real_weight": "w.irpa")") ==
        "/real_weight: found the unknown field \"real_weight\", "
        "expected a field of a model file; did you mean real_weights?");
  CHECK(report(R"("xyzzy": 1)") ==
        "/xyzzy: found the unknown field \"xyzzy\", expected a field of a model file");
  CHECK(report(R"("a/b": 1)").starts_with("/a~1b: found the unknown field \"a/b\""));
  CHECK(report(R"("cpu_compiler_flag": [])") ==
        "/cpu_compiler_flag: found the unknown field \"cpu_compiler_flag\", "
        "expected a field of a model file; did you mean cpu_compiler_flags?");
  CHECK(report(R"("": 1)") == "/: found the unknown field \"\", expected a field of a model file");
}

TEST_CASE_FIXTURE(ModelFile, "a typo in a backend's name is named with the nearest backend") {
  options.known_backends = {"cpu", "rocm"};
  CHECK(report(R"("rcom_compiler_flags": [])") ==
        "/rcom_compiler_flags: found the field \"rcom_compiler_flags\" of an unknown backend "
        "\"rcom\", expected one of the backends cpu, rocm, or of those listed in \"backends\"; "
        "did you mean rocm?");
  CHECK(report(R"("run_vulkan_function": "main")") ==
        "/run_vulkan_function: found the field \"run_vulkan_function\" of an unknown backend "
        "\"vulkan\", expected one of the backends cpu, rocm, or of those listed in \"backends\"");
}

TEST_CASE_FIXTURE(ModelFile, "unknown fields are warnings for those who want that") {
  options.allow_unknown_fields = true;
  const std::string report = this->report(
      R"("xyzzy": 1, "vulkan_tests_only": true, "inputs": [{"value": "f32", "x": 1}])");
  CHECK(report ==
        "warning: /xyzzy: found the unknown field \"xyzzy\", expected a field of a model file\n"
        "warning: /vulkan_tests_only: found the field \"vulkan_tests_only\" of an unknown backend "
        "\"vulkan\", expected one of the backends cpu, npu, or of those listed in \"backends\"\n"
        "warning: /inputs/0/x: found the unknown field \"x\", expected source or value or sha256 "
        "or md5");
  CHECK(load("{\"mlir\": \"m.mlir\", \"vulkan_tests_only\": true}").test_case->backends.empty());
}

TEST_CASE_FIXTURE(ModelFile, "a file lists further backends, wherever the list stands in it") {
  const Case read = this->read(R"("vulkan_compiler_flags": ["--x"], "backends": ["vulkan"])");
  CHECK(read.backends.at("vulkan").compiler_flags == std::vector<std::string>{"--x"});
}

TEST_CASE_FIXTURE(ModelFile, "the list of backends holds names, each once") {
  const std::string expected = "expected the name of a backend: lower-case letters and digits";
  CHECK(report(R"("backends": "vulkan")") ==
        "/backends: found the text \"vulkan\", expected an array of names of backends");
  CHECK(report(R"("backends": ["Vulkan"])") ==
        "/backends/0: found the text \"Vulkan\", " + expected);
  CHECK(report(R"("backends": [1])") == "/backends/0: found the number 1, " + expected);
  CHECK(report(R"("backends": ["a", "a"])") ==
        "/backends/1: found the backend \"a\" again, expected each backend once");
}

TEST_CASE_FIXTURE(ModelFile, "flags are texts in an array") {
  CHECK(report(R"("cpu_compiler_flags": "--a --b")") ==
        "/cpu_compiler_flags: found the text \"--a --b\", "
        "expected an array of texts, each a flag of the compiler");
  CHECK(report(R"("cpu_compiler_flags": ["--a", 5, ""])") ==
        "/cpu_compiler_flags/1: found the number 5, expected a flag of the compiler\n"
        "/cpu_compiler_flags/2: found an empty text, expected a flag of the compiler");
  CHECK(report(R"("npu_pipeline_compiler_flags": {})") ==
        "/npu_pipeline_compiler_flags: found an object, "
        "expected an array of texts, each a flag of the compiler");
  CHECK(report(R"("threshold_args": [null])") ==
        "/threshold_args/0: found null, expected an argument of the run or of the comparison");
  CHECK(report(R"("cpu_threshold_args": ["a\u0000"])") ==
        "/cpu_threshold_args/0: found a text with a NUL character, "
        "expected an argument of the run or of the comparison");
}

TEST_CASE_FIXTURE(ModelFile, "functions are named") {
  CHECK(report(R"("run_function": "")") ==
        "/run_function: found an empty text, expected the name of an exported function");
  CHECK(report(R"("run_cpu_function": true)") ==
        "/run_cpu_function: found true, expected the name of an exported function");
}

TEST_CASE_FIXTURE(ModelFile, "switches are true or false") {
  CHECK(report(R"("compile_only": "true")") ==
        "/compile_only: found the text \"true\", expected true or false");
  CHECK(report(R"("add_pipeline_module": 1)") ==
        "/add_pipeline_module: found the number 1, expected true or false");
  CHECK(report(R"("npu_tests_only": null)") ==
        "/npu_tests_only: found null, expected true or false");
  CHECK(report(R"("compile_only": 0.5)") ==
        "/compile_only: found the number 0.5, expected true or false");
}

}  // namespace
}  // namespace sharkreg::core
