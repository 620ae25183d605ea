// SPDX-License-Identifier: Apache-2.0
#include "judge/bitwise.h"

#include <cmath>
#include <limits>

#include <sharkreg/failure.h>

#include "tensor_files.h"

namespace sharkreg::core {
namespace {

TensorView view_of(ElementType type, const std::string& bytes, std::uint64_t count) {
  return {type, {count}, bytes.data(), bytes.size()};
}

template <class Number>
Comparison compared(ElementType type, const std::vector<Number>& one,
                    const std::vector<Number>& other) {
  const std::string first = bytes_of(one);
  const std::string second = bytes_of(other);
  Bitwise bitwise;
  return bitwise.compare(view_of(type, first, one.size()), view_of(type, second, other.size()), {});
}

TEST_CASE("the same bits match, whatever they mean") {
  CHECK(compared<float>(ElementType::f32, {1, NAN, -0.0F}, {1, NAN, -0.0F}).match);
  CHECK(compared<float>(ElementType::f32, {}, {}).match);
  CHECK(compared<std::uint8_t>(ElementType::opaque, {1, 2}, {1, 2}).match);
}

TEST_CASE("what differs is counted and measured") {
  const float next = std::nextafter(2.0F, 3.0F);
  const Comparison found = compared<float>(ElementType::f32, {1, 2, 3, 4}, {1, next, 3, 5});
  CHECK_FALSE(found.match);
  CHECK(found.mismatch_count == 2);
  CHECK(found.metrics.at("elements") == 4);
  CHECK(found.metrics.at("max_absolute_difference") == 1);
  CHECK(found.metrics.at("max_relative_difference") == doctest::Approx(0.2));
  CHECK(found.metrics.at("max_ulp_difference") == 0x200000);  // half of the numbers from 4 to 8
  CHECK(found.first->index == 1);
  CHECK(found.worst->index == 3);
  CHECK(found.worst->actual == "5");
  CHECK(contains(found.message, "2 of 4 elements differ, by at most 1 absolutely, 0.2 relatively"));
}

TEST_CASE("ULP are those of the type") {
  const auto ulps = [](const Comparison& found) { return found.metrics.at("max_ulp_difference"); };
  CHECK(ulps(compared<double>(ElementType::f64, {1}, {std::nextafter(1.0, 2.0)})) == 1);
  CHECK(ulps(compared<std::uint16_t>(ElementType::f16, {0x3c00}, {0x3c03})) == 3);
  CHECK(ulps(compared<std::uint16_t>(ElementType::bf16, {0x3f80}, {0x3f81})) == 1);
  // Across zero: the smallest numbers of both signs are two steps apart, both zeros are one.
  CHECK(ulps(compared<std::uint16_t>(ElementType::f16, {0x0001}, {0x8001})) == 2);
  CHECK(ulps(compared<float>(ElementType::f32, {0.0F}, {-0.0F})) == 0);
  CHECK(compared<float>(ElementType::f32, {0.0F}, {-0.0F}).mismatch_count == 1);
}

TEST_CASE("NaN and infinity count, and spoil no measure") {
  const float infinity = std::numeric_limits<float>::infinity();
  const Comparison found = compared<float>(ElementType::f32, {NAN, infinity, 1}, {1, 1, 1.5F});
  CHECK(found.mismatch_count == 3);
  CHECK(found.metrics.at("max_absolute_difference") == 0.5);
  CHECK(found.worst->index == 2);
  CHECK(found.first->index == 0);
}

TEST_CASE("integers have no ULP, bytes without a type no values") {
  const Comparison integers = compared<std::int32_t>(ElementType::i32, {7, -7}, {7, -9});
  CHECK(integers.metrics.at("max_absolute_difference") == 2);
  CHECK_FALSE(integers.metrics.contains("max_ulp_difference"));
  CHECK(integers.worst->expected == "-7");
  const Comparison bytes = compared<std::uint8_t>(ElementType::opaque, {7, 8, 9}, {7, 9, 9});
  CHECK(bytes.mismatch_count == 1);
  CHECK_FALSE(bytes.worst);
  CHECK(bytes.message == "1 of 3 bytes differ");
}

TEST_CASE("complex numbers and packed elements are compared too") {
  const Comparison complex = compared<float>(ElementType::c64, {1, 2, 3, 4}, {1, 2, 6, 8});
  CHECK(complex.metrics.at("max_absolute_difference") == 5);
  const std::string one("\x21", 1);
  const std::string other("\x31", 1);
  Bitwise bitwise;
  const Comparison packed =
      bitwise.compare(view_of(ElementType::u4, one, 2), view_of(ElementType::u4, other, 2), {});
  CHECK(packed.mismatch_count == 1);
  CHECK(packed.worst->index == 1);
  CHECK(packed.metrics.at("max_absolute_difference") == 1);
}

TEST_CASE("it takes no arguments") {
  const std::string bytes = bytes_of<float>({1});
  const TensorView view = view_of(ElementType::f32, bytes, 1);
  Bitwise bitwise;
  CHECK_THROWS_AS(bitwise.compare(view, view, {"--loose"}), Failure);
  CHECK(bitwise.describe().symmetric);
}

}  // namespace
}  // namespace sharkreg::core
