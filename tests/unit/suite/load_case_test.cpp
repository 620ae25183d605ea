// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "model_file.h"

namespace sharkreg::core {
namespace {

using Texts = std::vector<std::string>;

TEST_CASE_FIXTURE(ModelFile, "a file with every field becomes a case") {
  const LoadedCase loaded = load(R"({
    "$schema": "../model.schema.json",
    "mlir": "https://host/program.mlir?sig=1",
    "programs": {"onnx": "program.onnx"},
    "pipeline_mlir": "pipeline.mlir",
    "real_weights": "/weights/W.IRPA",
    "inputs": [{"source": "in.bin", "value": "1x64xi64"}],
    "outputs": [{"source": "out.npy"}],
    "cpu_compiler_flags": ["--a", "--b=c d"],
    "npu_compiler_flags": [],
    "npu_pipeline_compiler_flags": ["--p"],
    "cpu_threshold_args": ["--t"],
    "threshold_args": ["--general"],
    "run_cpu_function": "encode",
    "run_function": "main",
    "npu_tests_only": true,
    "compile_only": true,
    "add_pipeline_module": true,
    "tuner_file": {"mi300": "tuners/x.mlir", "mi210": "https://host/y.mlir"}
  })");
  REQUIRE(loaded.diagnostics.empty());
  REQUIRE(loaded.test_case.has_value());
  const Case& read = *loaded.test_case;
  CHECK(read.name() == "model/sub");
  CHECK(read.file == file.path);
  REQUIRE(read.programs.size() == 2);
  CHECK(read.programs[0].format == "mlir");
  CHECK(read.programs[0].source.location == "https://host/program.mlir?sig=1");
  CHECK(read.programs[0].source.file_name == "program.mlir");
  CHECK(read.programs[1].format == "onnx");
  CHECK(read.programs[1].source.location == (tests_dir / "model" / "program.onnx").native());
  REQUIRE(read.pipeline_programs.size() == 1);
  CHECK(read.pipeline_programs[0].format == "mlir");
  CHECK(read.pipeline_programs[0].source.file_name == "pipeline.mlir");
  REQUIRE(read.weights.size() == 1);
  CHECK(read.weights[0].format == "irpa");
  CHECK(read.weights[0].scope == "model");
  CHECK(read.weights[0].source.file_name == "W.IRPA");
  CHECK(read.inputs.size() == 1);
  CHECK(read.outputs.size() == 1);
  CHECK(read.backends.at("cpu").compiler_flags == Texts{"--a", "--b=c d"});
  CHECK(read.backends.at("cpu").threshold_args == Texts{"--t"});
  CHECK(read.backends.at("cpu").function == "encode");
  CHECK_FALSE(read.backends.at("cpu").pipeline_compiler_flags.has_value());
  CHECK(read.backends.at("npu").compiler_flags == Texts{});
  CHECK(read.backends.at("npu").pipeline_compiler_flags == Texts{"--p"});
  CHECK(read.backends.at("npu").tests_only);
  CHECK(read.function == "main");
  CHECK(read.threshold_args == Texts{"--general"});
  CHECK(read.compile_only);
  CHECK(read.add_pipeline_module);
  CHECK(read.tuner_file.at("mi300").text == "tuners/x.mlir");
  CHECK(read.tuner_file.at("mi210").text == "https://host/y.mlir");
  CHECK(read.tuner_root == tests_dir);
}

TEST_CASE_FIXTURE(ModelFile, "a file with a program alone is enough") {
  const LoadedCase loaded = load("{\"mlir\": \"p.mlir\"}");
  CHECK(loaded.diagnostics.empty());
  REQUIRE(loaded.test_case.has_value());
  CHECK(loaded.test_case->outputs.empty());
  CHECK_FALSE(loaded.test_case->compile_only);
  CHECK(load("{\"programs\": {\"onnx\": \"p.onnx\"}}").test_case.has_value());
}

TEST_CASE_FIXTURE(ModelFile, "relative paths start at the file, wherever the program runs") {
  REQUIRE(
      load("{\"mlir\": \"p.mlir\", \"tuner_file\": {\"s\": \"t.mlir\"}}").test_case.has_value());
  const CaseFile relative{std::filesystem::relative(file.path), "model", "sub"};
  const LoadedCase loaded = load_case(relative, options);
  REQUIRE(loaded.test_case.has_value());
  CHECK(loaded.test_case->programs[0].source.location == (tests_dir / "model/p.mlir").native());
  CHECK(loaded.test_case->tuner_root == tests_dir);
}

TEST_CASE_FIXTURE(ModelFile, "every error of a file is reported in one go") {
  CHECK(
      reports(R"({
    "mlri": "p.mlir",
    "inputs": [{"source": "", "value": "1x?xf32"}, 5],
    "cpu_compiler_flags": "--x",
    "compile_only": "no"
  })") ==
      Texts{
          "/mlri: found the unknown field \"mlri\", expected a field of a model file; "
          "did you mean mlir?",
          "/inputs/0/source: found an empty text, expected a path or a URL",
          "/inputs/0/value: found \"1x?xf32\", which has a dimension of unknown size, "
          "expected numbers as dimensions; an .npy file carries its own shape",
          "/inputs/1: found the number 5, expected an object with \"source\" and \"value\"",
          "/cpu_compiler_flags: found the text \"--x\", "
          "expected an array of texts, each a flag of the compiler",
          "/compile_only: found the text \"no\", expected true or false",
          "found no \"mlir\", expected the program: \"mlir\", or another format in \"programs\""});
}

TEST_CASE_FIXTURE(ModelFile, "a program is needed") {
  CHECK(reports("{}") ==
        Texts{"found no \"mlir\", "
              "expected the program: \"mlir\", or another format in \"programs\""});
  CHECK(reports("{\"mlir\": null}") == Texts{"/mlir: found null, expected a path or a URL"});
  CHECK(reports("{\"mlir\": \"dir/\"}") ==
        Texts{"/mlir: found the text \"dir/\", expected a path or URL that ends in a file name"});
  CHECK(reports("{\"programs\": {}}") ==
        Texts{"/programs: found an empty object, "
              "expected at least one program, such as \"onnx\": \"model.onnx\""});
  CHECK(reports("{\"programs\": [\"p.onnx\"]}") ==
        Texts{"/programs: found an array, expected an object: format to program"});
  CHECK(reports("{\"programs\": {\"ONNX\": \"p.onnx\"}}") ==
        Texts{"/programs/ONNX: found the format \"ONNX\", expected lower-case letters and digits"});
  CHECK(report(R"("programs": {"mlir": "q.mlir"})") ==
        "/programs/mlir: found a second program in format \"mlir\", "
        "expected one program for each format");
}

TEST_CASE_FIXTURE(ModelFile, "a secret in a URL is not shown") {
  CHECK(reports("{\"mlir\": \"https://u:p@host/dir/?sig=secret\"}") ==
        Texts{"/mlir: found the text \"https://…@host/dir/?…\", "
              "expected a path or URL that ends in a file name"});
}

TEST_CASE_FIXTURE(ModelFile, "weights say their format by their extension") {
  CHECK(read(R"("real_weights": "https://host/w.v2.safetensors?x=.gguf")").weights[0].format ==
        "safetensors");
  for (const char* name : {"weights", ".irpa", "weights."}) {
    CHECK(report("\"real_weights\": \"" + std::string(name) + "\"") ==
          "/real_weights: found the text \"" + std::string(name) +
              "\", expected a file name with an extension that says its format, such as .irpa");
  }
}

TEST_CASE_FIXTURE(ModelFile, "a pipeline module comes from a pipeline program") {
  CHECK(report(R"("add_pipeline_module": true)") ==
        "found \"add_pipeline_module\" without \"pipeline_mlir\", "
        "expected the pipeline program that the module is compiled from");
  CHECK(report(R"("add_pipeline_module": true, "pipeline_mlir": 5)") ==
        "/pipeline_mlir: found the number 5, expected a path or a URL");
  CHECK_FALSE(read(R"("add_pipeline_module": false)").add_pipeline_module);
}

TEST_CASE_FIXTURE(ModelFile, "tuner files are told by SKU") {
  CHECK(report(R"("tuner_file": "x.mlir")") ==
        "/tuner_file: found the text \"x.mlir\", expected an object: SKU to path or URL");
  CHECK(report(R"("tuner_file": {"mi300": 5})") ==
        "/tuner_file/mi300: found the number 5, expected a path or a URL");
  CHECK(report(R"("tuner_file": {"": "x.mlir"})") ==
        "/tuner_file/: found an empty SKU, expected the name of a SKU, such as \"mi300\"");
}

TEST_CASE_FIXTURE(ModelFile, "a file that is not JSON is reported with its position") {
  CHECK(reports("{\n  \"mlir\": \"p.mlir\", // why\n}") ==
        Texts{"found a comment (line 2, column 21), expected JSON, which has no comments"});
  CHECK(reports("{\"mlir\": \"p.mlir\",}") ==
        Texts{"found a trailing comma (line 1, column 18), expected no comma before \"}\""});
  CHECK(reports("{\"mlir\": \"p.mlir\"") ==
        Texts{"found the end, it looks cut off (line 1, column 18), "
              "expected the end of the object"});
  CHECK(reports("{\"mlir\": \"p.mlir\", \"mlir\": \"q.mlir\"}") ==
        Texts{"/mlir: found the key \"mlir\" again (line 1, column 20), "
              "expected each key once in an object"});
  CHECK(reports("") ==
        Texts{"found nothing, it is empty (line 1, column 1), expected a JSON value"});
  CHECK(reports("\xef\xbb\xbf{}") ==
        Texts{"found a byte order mark (line 1, column 1), expected UTF-8 without one"});
  CHECK(reports("{\"mlir\": \"\xff\"}") == Texts{"found the byte 0xff (line 1, column 11), "
                                                 "expected UTF-8, of which it is no part here"});
}

TEST_CASE_FIXTURE(ModelFile, "a file of something else is reported") {
  CHECK(reports("[]") == Texts{"found an array, expected an object with the fields of a model"});
  CHECK(reports("\"x\"") ==
        Texts{"found the text \"x\", expected an object with the fields of a model"});
}

TEST_CASE_FIXTURE(ModelFile, "what is no file is reported") {
  const auto report = [&] {
    const LoadedCase loaded = load_case(file, options);
    CHECK_FALSE(loaded.test_case.has_value());
    REQUIRE(loaded.diagnostics.size() == 1);
    return to_text(loaded.diagnostics[0]);
  };
  const std::string name = file.path.native();
  CHECK(report() == name + ": found no such file, expected a model file in JSON");
  std::filesystem::create_directories(file.path);
  CHECK(report() == name + ": found a directory, expected a model file in JSON");
  std::filesystem::remove(file.path);
  std::filesystem::create_symlink("/dev/null", file.path);
  CHECK(report() == name + ": found an unreadable file (cannot read \"" + name +
                        "\": it is a pipe or a device, not a file), "
                        "expected a model file in JSON");
}

TEST_CASE_FIXTURE(ModelFile, "a huge file is refused instead of read") {
  REQUIRE(load("{}").diagnostics.size() == 1);
  std::filesystem::resize_file(file.path, std::uintmax_t{1} << 33);
  const LoadedCase loaded = load_case(file, options);
  REQUIRE(loaded.diagnostics.size() == 1);
  CHECK(loaded.diagnostics[0].found.ends_with("it is larger than 16777216 bytes)"));
}

}  // namespace
}  // namespace sharkreg::core
