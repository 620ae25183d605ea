// SPDX-License-Identifier: Apache-2.0
#include "suite/value.h"

#include <doctest/doctest.h>

#include <sharkreg/tensor.h>

#include "suite/tensor_format.h"

namespace sharkreg::core {
namespace {

std::string problem_of(std::string_view value, ValueUse use = ValueUse::output) {
  const std::optional<ValueProblem> problem = find_value_problem(value, use);
  return problem ? problem->found + " -> " + problem->expected : "";
}

TEST_CASE("shapes and types of all ranks are read") {
  for (const char* value : {"1x64xi64", "2xf16", "f32", "i1", "0x3xf32", "1x2x3x4x5x6xbf16",
                            "2x3xcomplex<f32>", "si32", "8xui8", "4xf8E4M3FNUZ"}) {
    CHECK_MESSAGE(problem_of(value).empty(), value);
  }
}

TEST_CASE("every type that can be compared has its name") {
  for (const auto& type : element_types) {
    const std::string value = "2x" + std::string(type.name);
    const bool can_be_compared = type.bits % 8 == 0;
    CHECK_MESSAGE(problem_of(value).empty() == can_be_compared, value);
    CHECK_MESSAGE(problem_of(value, ValueUse::input).empty(), value);
  }
}

TEST_CASE("a missing type is reported") {
  const std::string expected = ", which has no type -> dimensions and a type such as 1x64xi64";
  CHECK(problem_of("1x64x") == "\"1x64x\"" + expected);
}

TEST_CASE("an unknown type is reported with the nearest ones") {
  const auto report = [](const std::string& value, const std::string& type) {
    return "\"" + value + "\", where \"" + type +
           "\" is no type -> dimensions and a type such as 1x64xi64";
  };
  CHECK(problem_of("1x64xfp16") == report("1x64xfp16", "fp16") + "; did you mean f16?");
  CHECK(problem_of("1x64") == report("1x64", "64") + "; did you mean f64 or i64?");
  for (const char* value : {"1,64,i64", "-1xf32", "tensor<4xf32>", " 4xf32", "4 x f32"}) {
    CHECK(problem_of(value) == report(value, value));
  }
}

TEST_CASE("a dimension of unknown size is reported") {
  CHECK(problem_of("?x4xf32") ==
        "\"?x4xf32\", which has a dimension of unknown size -> "
        "numbers as dimensions; an .npy file carries its own shape");
  CHECK(problem_of("4x?xf32", ValueUse::input).starts_with("\"4x?xf32\", which has a dimension"));
}

TEST_CASE("a tensor that no memory holds is reported") {
  const std::string found = ", which is larger than any memory -> ";
  for (const char* value :
       {"99999999999999999999xf32", "4294967296x4294967296xf32", "1000000000000000000xi8"}) {
    CHECK_MESSAGE(problem_of(value).find(found) != std::string::npos, value);
  }
  CHECK(problem_of("100000000000000000xi8").empty());
}

TEST_CASE("types that nobody can compare are for inputs only") {
  for (const char* value : {"4xi4", "i2", "index", "3xx8", "2xf4E2M1FN"}) {
    CHECK_MESSAGE(problem_of(value, ValueUse::input).empty(), value);
    CHECK_MESSAGE(problem_of(value).find(" cannot be compared -> one of the types f64, f32, ") !=
                      std::string::npos,
                  value);
  }
}

TEST_CASE("contents are for inputs without a source") {
  CHECK(problem_of("i32=5", ValueUse::input_with_contents).empty());
  CHECK(problem_of("4xf32=1 2 3 4", ValueUse::input_with_contents).empty());
  CHECK(problem_of("2xf32=[1.5][2]", ValueUse::input_with_contents).empty());
  CHECK(problem_of("4xf32", ValueUse::input_with_contents).empty());
  CHECK(problem_of("4xf32= ", ValueUse::input_with_contents) ==
        "\"4xf32= \", which has nothing behind \"=\" -> contents such as 4xf32=1 2 3 4");
  CHECK(problem_of("4xq32=1", ValueUse::input_with_contents).find("\"q32\" is no type") !=
        std::string::npos);
  CHECK(problem_of("i32=5", ValueUse::input) ==
        "\"i32=5\", which has contents -> dimensions and a type such as 1x64xi64; "
        "the contents are those of the source");
  CHECK(problem_of("i32=5") ==
        "\"i32=5\", which has contents -> dimensions and a type such as 1x64xi64; "
        "expected numbers stand in a source");
}

TEST_CASE("the name of a file tells how its tensor is read") {
  CHECK(tensor_format_of("a/b.npy") == "npy");
  CHECK(tensor_format_of("B.NPY") == "bin");
  CHECK(tensor_format_of("a.npy.bin") == "bin");
  CHECK(tensor_format_of("npy") == "bin");
}

}  // namespace
}  // namespace sharkreg::core
