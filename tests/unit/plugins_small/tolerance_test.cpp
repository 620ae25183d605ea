// SPDX-License-Identifier: Apache-2.0
#include "tolerance.h"

#include <doctest/doctest.h>

#include <sharkreg/failure.h>

namespace iree_threshold {
namespace {

using sharkreg::ElementType;

TEST_CASE("defaults are those of the runtime") {
  const Tolerances tolerances = parse_tolerances({});
  CHECK(tolerances.of(ElementType::f16).absolute == 1e-3);
  CHECK(tolerances.of(ElementType::bf16).absolute == 1e-2);
  CHECK(tolerances.of(ElementType::f32).absolute == 1e-4);
  CHECK(tolerances.of(ElementType::f64).absolute == 1e-4);
  CHECK(tolerances.of(ElementType::f64).relative == 1e-5);
  CHECK_FALSE(tolerances.of(ElementType::f32).exact);
  CHECK(tolerances.of(ElementType::i32).exact);
  CHECK(tolerances.of(ElementType::f8E4M3FN).exact);
}

TEST_CASE("each argument sets its own tolerance") {
  const Tolerances tolerances = parse_tolerances(
      {"--expected_f16_threshold=0.5f", "--expected_bf16_threshold=2",
       "--expected_f32_threshold=1e-3", "--expected_f64_threshold=0", "--expected_rtol=0.25F"});
  CHECK(tolerances.f16 == 0.5);
  CHECK(tolerances.bf16 == 2);
  CHECK(tolerances.f32 == 1e-3);
  CHECK(tolerances.f64 == 0);
  CHECK(tolerances.relative == 0.25);
}

TEST_CASE("the last of several arguments counts") {
  CHECK(parse_tolerances({"--expected_rtol=1", "--expected_rtol=2"}).relative == 2);
  CHECK_FALSE(parse_tolerances({"--equality_mode=exact", "--equality_mode=approximate"}).exact);
}

TEST_CASE("exact mode leaves no tolerance to any type") {
  const Tolerance tolerance =
      parse_tolerances({"--equality_mode=exact", "--expected_f32_threshold=9"})
          .of(ElementType::f32);
  CHECK(tolerance.exact);
  CHECK(tolerance.absolute == 0);
}

TEST_CASE("what is not understood is refused by name") {
  for (const std::string argument :
       {"", "--expected_f32_threshold", "--expected_f32_threshold=", "--expected_f32_threshold=f",
        "--expected_f32_threshold=0.1x", "--expected_f32_threshold= 1",
        "--expected_f32_threshold=-1", "--expected_f32_threshold=nan", "--expected_rtol=inf",
        "--expected_f8_threshold=1", "--expected_f32_thresholds=1", "--equality_mode",
        "--equality_mode=Exact", "expected_rtol=1", "--device=local-task"}) {
    CAPTURE(argument);
    try {
      parse_tolerances({argument});
      FAIL("it was accepted");
    } catch (const sharkreg::Failure& failure) {
      CHECK(failure.kind() == sharkreg::Failure::Kind::invalid);
      CHECK(std::string(failure.what()).find("\"" + argument + "\"") != std::string::npos);
    }
  }
}

TEST_CASE("every argument has a line of help that begins with its name") {
  const auto help = argument_help();
  REQUIRE(help.size() == 6);
  for (const auto& line : help) {
    const std::string name = line.substr(0, line.find('='));
    const std::string value = name == "--equality_mode" ? "exact" : "1";
    CHECK_NOTHROW(parse_tolerances({name + "=" + value}));
  }
}

}  // namespace
}  // namespace iree_threshold
