// SPDX-License-Identifier: Apache-2.0
#include "suite/case.h"

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

using Texts = std::vector<std::string>;

TEST_CASE("a case is named by model and submodel") {
  Case test_case;
  test_case.model = "sdxl";
  test_case.submodel = "clip";
  CHECK(test_case.name() == "sdxl/clip");
}

TEST_CASE("a backend's own fields come before those without a backend's name") {
  Case test_case;
  test_case.function = "main";
  test_case.threshold_args = Texts{"--general"};
  test_case.backends["cpu"].function = "run_on_cpu";
  test_case.backends["cpu"].threshold_args = Texts{};
  CHECK(fields_for(test_case, "cpu").function == "run_on_cpu");
  CHECK(fields_for(test_case, "cpu").threshold_args == Texts{});
  CHECK(fields_for(test_case, "npu").function == "main");
  CHECK(fields_for(test_case, "npu").threshold_args == Texts{"--general"});
}

TEST_CASE("a backend that a file does not mention calls the function that all others call") {
  Case test_case;
  test_case.backends["cpu"].function = "encode";
  test_case.backends["gpu"].function = "encode";
  test_case.backends["dsp"].compiler_flags = Texts{"--x"};
  CHECK(fields_for(test_case, "npu").function == "encode");
  CHECK(fields_for(test_case, "dsp").function == "encode");

  test_case.backends["gpu"].function = "decode";
  CHECK_FALSE(fields_for(test_case, "npu").function.has_value());
  CHECK(fields_for(test_case, "gpu").function == "decode");
}

TEST_CASE("nothing else is taken over from another backend") {
  Case test_case;
  BackendFields& cpu = test_case.backends["cpu"];
  cpu.compiler_flags = Texts{"--x"};
  cpu.pipeline_compiler_flags = Texts{"--y"};
  cpu.threshold_args = Texts{"--z"};
  cpu.run_failure = Expectation();
  cpu.tests_only = true;
  const BackendFields fields = fields_for(test_case, "npu");
  CHECK_FALSE(fields.compiler_flags.has_value());
  CHECK_FALSE(fields.pipeline_compiler_flags.has_value());
  CHECK_FALSE(fields.threshold_args.has_value());
  CHECK_FALSE(fields.run_failure.has_value());
  CHECK_FALSE(fields.tests_only);
}

TEST_CASE("backends that want to be alone are known") {
  Case test_case;
  test_case.backends["cpu"];
  CHECK(only_backends(test_case).empty());
  test_case.backends["npu"].tests_only = true;
  CHECK(only_backends(test_case) == std::set<std::string>{"npu"});
}

}  // namespace
}  // namespace sharkreg::core
