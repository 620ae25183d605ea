// SPDX-License-Identifier: Apache-2.0
#include "judge/raw_result.h"

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

const TensorType two_by_three{ElementType::f32, {2, 3}};

TensorType type_of(std::uint64_t byte_size, const std::optional<DeclaredResult>& declared,
                   const TensorType& expected = two_by_three) {
  const auto result = type_of_raw_result(byte_size, declared, expected);
  REQUIRE(std::holds_alternative<TensorType>(result));
  return std::get<TensorType>(result);
}

std::string difference(std::uint64_t byte_size, const std::optional<DeclaredResult>& declared) {
  const auto result = type_of_raw_result(byte_size, declared, two_by_three);
  REQUIRE(std::holds_alternative<ResultDiffers>(result));
  return std::get<ResultDiffers>(result).sentence;
}

std::string defect(std::uint64_t byte_size, const DeclaredResult& declared) {
  const auto result = type_of_raw_result(byte_size, declared, two_by_three);
  REQUIRE(std::holds_alternative<ResultBroken>(result));
  return std::get<ResultBroken>(result).sentence;
}

TEST_CASE("the declaration decides, not what is expected") {
  CHECK(type_of(24, DeclaredResult{"f32", {3, 2}}) == TensorType{ElementType::f32, {3, 2}});
  CHECK(type_of(12, DeclaredResult{"bf16", {6}}) == TensorType{ElementType::bf16, {6}});
  CHECK(type_of(0, DeclaredResult{"f32", {0}}) == TensorType{ElementType::f32, {0}});
}

TEST_CASE("one dynamic dimension follows from the size") {
  CHECK(type_of(24, DeclaredResult{"f32", {-1, 3}}) == two_by_three);
  CHECK(type_of(36, DeclaredResult{"f32", {-1, 3}}) == TensorType{ElementType::f32, {3, 3}});
  CHECK(type_of(16, DeclaredResult{"f32", {2, -1}}) == TensorType{ElementType::f32, {2, 2}});
  CHECK(type_of(0, DeclaredResult{"f32", {-1, 3}}) == TensorType{ElementType::f32, {0, 3}});
}

TEST_CASE("an empty tensor takes the dynamic dimension that is expected") {
  CHECK(type_of(0, DeclaredResult{"f32", {-1, 0}}, {ElementType::f32, {5, 0}}) ==
        TensorType{ElementType::f32, {5, 0}});
  CHECK(type_of(0, DeclaredResult{"f32", {-1, 0}}) == TensorType{ElementType::f32, {0, 0}});
}

TEST_CASE("several dynamic dimensions are those expected, if they can be") {
  CHECK(type_of(24, DeclaredResult{"f32", {-1, -1}}) == two_by_three);
  CHECK(difference(28, DeclaredResult{"f32", {-1, -1}}) ==
        "size 28 bytes of ?x?xf32, expected 2x3xf32 (24 bytes)");
  CHECK(difference(24, DeclaredResult{"f32", {-1, -1, 2}}) == "shape ?x?x2xf32, expected 2x3xf32");
  // The type is the declared one, so that the comparison sees the difference.
  CHECK(type_of(12, DeclaredResult{"f16", {-1, -1}}).element == ElementType::f16);
}

TEST_CASE("without a declaration the result has the expected type if the size fits") {
  CHECK(type_of(24, std::nullopt) == two_by_three);
  CHECK(difference(20, std::nullopt) == "size 20 bytes, expected 2x3xf32 (24 bytes)");
}

TEST_CASE("a file that contradicts its declaration is broken") {
  CHECK(defect(20, {"f32", {2, 3}}) ==
        "has 20 bytes, which cannot be the 2x3xf32 that the program declares");
  CHECK(defect(25, {"f32", {-1, 3}}) ==
        "has 25 bytes, which cannot be the ?x3xf32 that the program declares");
  CHECK(defect(4, {"f32", {-1, 0}}) ==
        "has 4 bytes, which cannot be the ?x0xf32 that the program declares");
  CHECK(defect(3, {"i4", {6}}) ==
        "is declared by the program as 6xi4, whose element type is not known");
}

TEST_CASE("a narrow scalar integer comes out as 32 bits") {
  const TensorType wide{ElementType::i32, {}};
  CHECK(type_of(4, DeclaredResult{"i8", {}}) == wide);
  CHECK(type_of(4, DeclaredResult{"i1", {}}) == wide);
  CHECK(type_of(4, std::nullopt, {ElementType::i8, {}}) == wide);
  // A tensor of rank 0 keeps its own size, and only scalars are widened.
  CHECK(type_of(1, DeclaredResult{"i8", {}}) == TensorType{ElementType::i8, {}});
  CHECK(defect(4, {"i8", {1}}) ==
        "has 4 bytes, which cannot be the 1xi8 that the program declares");
  CHECK(defect(4, {"f16", {}}) == "has 4 bytes, which cannot be the f16 that the program declares");
}

}  // namespace
}  // namespace sharkreg::core
