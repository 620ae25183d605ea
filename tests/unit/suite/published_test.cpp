// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "suite/suite.h"

namespace sharkreg::core {
namespace {

const std::filesystem::path source_dir = SHARKREG_SOURCE_DIR;

// Loads every model file; without network or tools, since nothing is looked up.
std::size_t load_all(const std::filesystem::path& tests_dir) {
  const Result<Suite> suite = Suite::open(tests_dir);
  REQUIRE(suite.has_value());
  const Result<std::vector<CaseFile>> files = suite->select({}, {});
  REQUIRE(files.has_value());
  for (const CaseFile& file : *files) {
    const LoadedCase loaded = load_case(file, {{"cpu", "rocm"}, false});
    for (const Diagnostic& diagnostic : loaded.diagnostics) FAIL_CHECK(to_text(diagnostic));
    CHECK_MESSAGE(loaded.test_case.has_value(), file.path.native());
  }
  return files->size();
}

TEST_CASE("every model of regression_tests is valid") {
  CHECK(load_all(source_dir / "regression_tests") >= 11);
}

TEST_CASE("every model that tests compile and run is valid") {
  CHECK(load_all(source_dir / "tests" / "programs") >= 15);
}

TEST_CASE("a published model is read as it was meant") {
  const std::filesystem::path file = source_dir / "regression_tests/sdxl/punet_int8_fp8.json";
  const LoadedCase loaded = load_case({file, "sdxl", "punet_int8_fp8"}, {{"cpu", "rocm"}, false});
  REQUIRE(loaded.test_case.has_value());
  const Case& punet = *loaded.test_case;
  CHECK(punet.programs[0].source.file_name == "punet_fp8.mlir");
  CHECK(punet.weights[0].source.file_name == "punet_fp8_weights.irpa");
  CHECK(punet.inputs.size() == 6);
  CHECK(punet.outputs[0].value == "1x4x128x128xf16");
  CHECK(only_backends(punet) == std::set<std::string>{"rocm"});
  CHECK(fields_for(punet, "rocm").compile_failure_for.contains("gfx90a"));
  CHECK(fields_for(punet, "other").function == "main");
  CHECK(punet.tuner_file.contains("mi300"));
}

}  // namespace
}  // namespace sharkreg::core
