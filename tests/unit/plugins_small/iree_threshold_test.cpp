// SPDX-License-Identifier: Apache-2.0
#include "iree_threshold.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <sharkreg/failure.h>

namespace iree_threshold {
namespace {

using sharkreg::Comparison;
using sharkreg::ElementType;
using sharkreg::TensorView;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

template <class Number>
std::string bytes_of(const std::vector<Number>& numbers) {
  std::string bytes(numbers.size() * sizeof(Number), '\0');
  if (!numbers.empty()) std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

template <class Number>
Comparison compare(ElementType type, const std::vector<Number>& expected,
                   const std::vector<Number>& actual,
                   const std::vector<std::string>& arguments = {},
                   std::vector<std::uint64_t> shape = {}) {
  const std::string expected_bytes = bytes_of(expected);
  const std::string actual_bytes = bytes_of(actual);
  if (shape.empty()) shape = {expected.size()};
  return IreeThreshold().compare({type, shape, expected_bytes.data(), expected_bytes.size()},
                                 {type, shape, actual_bytes.data(), actual_bytes.size()},
                                 arguments);
}

Comparison compare_f32(const std::vector<float>& expected, const std::vector<float>& actual,
                       const std::vector<std::string>& arguments = {}) {
  return compare(ElementType::f32, expected, actual, arguments);
}

const std::vector<std::string> half = {"--expected_f32_threshold=0.5", "--expected_rtol=0"};

TEST_CASE("a match has metrics, no message and no mismatch") {
  const Comparison comparison = compare_f32({1, 2, 4}, {1, 2.25f, 4}, half);
  CHECK(comparison.match);
  CHECK(comparison.message.empty());
  CHECK(comparison.mismatch_count == 0);
  CHECK_FALSE(comparison.first.has_value());
  REQUIRE(comparison.worst.has_value());
  CHECK(comparison.worst->index == 1);
  CHECK(comparison.metrics.at("max_absolute_error") == 0.25);
  CHECK(comparison.metrics.at("max_relative_error") == 0.125);
  CHECK(comparison.metrics.at("mean_absolute_error") == doctest::Approx(0.25 / 3));
  CHECK(comparison.metrics.at("root_mean_square_error") == doctest::Approx(std::sqrt(0.0625 / 3)));
  CHECK(comparison.metrics.at("mismatch_fraction") == 0);
  CHECK(comparison.metrics.at("expected_nan_count") == 0);
}

TEST_CASE("equal tensors have no worst element") {
  const Comparison comparison = compare_f32({1, 2, infinity}, {1, 2, infinity});
  CHECK(comparison.match);
  CHECK_FALSE(comparison.worst.has_value());
}

TEST_CASE("the tolerance itself still matches, the next number does not") {
  CHECK(compare_f32({1}, {1.5f}, half).match);
  CHECK_FALSE(compare_f32({1}, {std::nextafter(1.5f, 2.0f)}, half).match);
  CHECK(compare_f32({1}, {0.5f}, half).match);
}

TEST_CASE("the relative tolerance is of the expected value's magnitude") {
  const std::vector<std::string> relative = {"--expected_f32_threshold=0", "--expected_rtol=0.5"};
  CHECK(compare_f32({-4}, {-6}, relative).match);
  CHECK_FALSE(compare_f32({-4}, {-6.5f}, relative).match);
  // Of the actual value's magnitude this would match.
  CHECK_FALSE(compare_f32({4}, {7}, relative).match);
}

TEST_CASE("a mismatch names the first, the furthest and how far off the rest is") {
  const std::vector<float> expected(6, 1.0f);
  const std::vector<float> actual = {1, 2, 1, 1, 5, 1};
  const Comparison comparison = compare(ElementType::f32, expected, actual, half, {2, 3});
  CHECK_FALSE(comparison.match);
  CHECK(comparison.mismatch_count == 2);
  CHECK(comparison.first->index == 1);
  CHECK(comparison.worst->index == 4);
  CHECK(comparison.worst->expected == "1");
  CHECK(comparison.worst->actual == "5");
  CHECK(comparison.message ==
        "2 of 6 elements (33.33 %) differ by more than 0.5 + 0 * |expected|; first: element 1 (at "
        "[0, 1]) is 2, expected 1; furthest off: element 4 (at [1, 1]) is 5, expected 1; largest "
        "absolute error 4, mean 0.8333");
}

TEST_CASE("the worst element is furthest beyond its own tolerance, not the one with most error") {
  const std::vector<std::string> arguments = {"--expected_f32_threshold=0", "--expected_rtol=0.01"};
  // Errors 20 and 5; tolerances 10000 * 0.01 and 1 * 0.01.
  const Comparison comparison = compare_f32({10000, 1}, {10020, 6}, arguments);
  CHECK(comparison.mismatch_count == 1);
  CHECK(comparison.worst->index == 1);
  CHECK(comparison.metrics.at("max_absolute_error") == 20);
}

TEST_CASE("NaN matches NaN only, infinity itself only") {
  CHECK(compare_f32({nan}, {nan}).match);
  CHECK(compare_f32({nan}, {-nan}).match);
  CHECK(compare_f32({infinity, -infinity}, {infinity, -infinity}).match);
  CHECK_FALSE(compare_f32({nan}, {1}).match);
  CHECK_FALSE(compare_f32({1}, {nan}).match);
  CHECK_FALSE(compare_f32({infinity}, {-infinity}).match);
  CHECK_FALSE(compare_f32({infinity}, {3e38f}).match);
  CHECK_FALSE(compare_f32({3e38f}, {infinity}).match);
  CHECK_FALSE(compare_f32({infinity}, {nan}).match);
}

TEST_CASE("special values are counted and leave the metrics finite") {
  const Comparison comparison =
      compare_f32({nan, 1, infinity, 2}, {nan, nan, -infinity, 2.25f}, half);
  CHECK(comparison.mismatch_count == 2);
  CHECK(comparison.first->index == 1);
  CHECK(comparison.worst->index == 1);
  CHECK(comparison.worst->actual == "nan");
  CHECK(comparison.metrics.at("expected_nan_count") == 1);
  CHECK(comparison.metrics.at("actual_nan_count") == 2);
  CHECK(comparison.metrics.at("expected_infinity_count") == 1);
  CHECK(comparison.metrics.at("actual_infinity_count") == 1);
  CHECK(comparison.metrics.at("max_absolute_error") == 0.25);
  for (const auto& [name, value] : comparison.metrics) {
    CAPTURE(name);
    CHECK(std::isfinite(value));
  }
  CHECK(comparison.message.find("2 NaN, expected 1") != std::string::npos);
}

TEST_CASE("without a finite pair there are no errors to measure") {
  const Comparison comparison = compare_f32({nan, 1}, {nan, nan});
  CHECK(comparison.metrics.count("max_absolute_error") == 0);
  CHECK(comparison.metrics.count("mean_absolute_error") == 0);
}

TEST_CASE("an error that overflows is a mismatch, and left out of the metrics") {
  const double huge = std::numeric_limits<double>::max();
  const Comparison comparison = compare<double>(ElementType::f64, {huge, 1}, {-huge, 1});
  CHECK(comparison.mismatch_count == 1);
  CHECK(comparison.worst->index == 0);
  CHECK(comparison.metrics.count("max_absolute_error") == 0);
  CHECK(comparison.metrics.count("root_mean_square_error") == 0);
  CHECK(comparison.metrics.at("mismatch_fraction") == 0.5);
}

TEST_CASE("zeros of both signs are equal, but not in exact mode") {
  CHECK(compare_f32({0.0f}, {-0.0f}).match);
  const Comparison exact = compare_f32({1, 0.0f}, {1, -0.0f}, {"--equality_mode=exact"});
  CHECK_FALSE(exact.match);
  CHECK(exact.first->index == 1);
  CHECK(exact.worst->index == 1);
  CHECK(exact.message.find("1 of 2 elements (50 %) differs; first: element 1 is -0, expected 0") ==
        0);
}

TEST_CASE("exact mode compares the bytes of a NaN") {
  CHECK(compare_f32({nan}, {nan}, {"--equality_mode=exact"}).match);
  CHECK_FALSE(compare_f32({nan}, {-nan}, {"--equality_mode=exact"}).match);
}

TEST_CASE("an empty tensor matches") {
  const TensorView empty{ElementType::f32, {0, 3}, nullptr, 0};
  const Comparison comparison = IreeThreshold().compare(empty, empty, {});
  CHECK(comparison.match);
  CHECK(comparison.mismatch_count == 0);
  CHECK(comparison.metrics.empty());
}

TEST_CASE("a scalar is one element") {
  const std::string one = bytes_of<float>({1});
  const std::string two = bytes_of<float>({2});
  const Comparison comparison =
      IreeThreshold().compare({ElementType::f32, {}, one.data(), one.size()},
                              {ElementType::f32, {}, two.data(), two.size()}, {});
  CHECK(comparison.message.find("1 of 1 element (100 %) differs by more than 0.0001") == 0);
}

TEST_CASE("data need not be aligned") {
  const std::string expected = std::string(1, '.').append(bytes_of<double>({1, 2, 3}));
  const std::string actual = std::string(3, '.').append(bytes_of<double>({1, 2, 4}));
  const Comparison comparison =
      IreeThreshold().compare({ElementType::f64, {3}, expected.data() + 1, 24},
                              {ElementType::f64, {3}, actual.data() + 3, 24}, {});
  CHECK(comparison.first->index == 2);
  CHECK(comparison.first->actual == "4");
}

TEST_CASE("each floating-point type has its own tolerance") {
  const auto match = [](ElementType type, std::uint16_t expected, std::uint16_t actual) {
    return compare<std::uint16_t>(type, {expected}, {actual}).match;
  };
  // 1 and the numbers above it, in steps of 2^-10 (just below 1e-3) and 2^-7 (just below 1e-2).
  CHECK(match(ElementType::f16, 0x3c00, 0x3c01));
  CHECK_FALSE(match(ElementType::f16, 0x3c00, 0x3c02));
  CHECK(match(ElementType::bf16, 0x3f80, 0x3f81));
  CHECK_FALSE(match(ElementType::bf16, 0x3f80, 0x3f82));
}

TEST_CASE("integers match only when equal, and say how far off they are") {
  const Comparison comparison = compare<std::int64_t>(
      ElementType::i64, {0, std::numeric_limits<std::int64_t>::min(), 5},
      {0, std::numeric_limits<std::int64_t>::max(), 6}, {"--expected_rtol=1"});
  CHECK(comparison.mismatch_count == 2);
  CHECK(comparison.worst->index == 1);
  CHECK(comparison.worst->expected == "-9223372036854775808");
  CHECK(comparison.metrics.at("max_absolute_error") == doctest::Approx(18446744073709551615.0));
  CHECK(comparison.metrics.count("actual_nan_count") == 0);

  const Comparison small = compare<std::int8_t>(ElementType::i8, {-100, 3}, {100, 3});
  CHECK(small.metrics.at("max_absolute_error") == 200);
  CHECK(small.metrics.at("mean_absolute_error") == 100);
  CHECK(small.message.find("element 0 is 100, expected -100") != std::string::npos);
  CHECK(compare<std::uint8_t>(ElementType::u8, {200}, {200}).match);
}

TEST_CASE("other types compare byte for byte") {
  const Comparison bytes = compare<std::uint8_t>(ElementType::f8E4M3FN, {0x38, 0x40}, {0x38, 0x41});
  CHECK(bytes.mismatch_count == 1);
  CHECK(bytes.first->expected == "0x40");
  CHECK_FALSE(bytes.worst.has_value());
  CHECK(bytes.metrics.size() == 1);

  const Comparison numbers = compare<float>(ElementType::c64, {1, 2, 3, 4}, {1, 2, 3, -4}, {}, {2});
  CHECK(numbers.mismatch_count == 1);
  CHECK(numbers.first->index == 1);
  CHECK(numbers.first->actual == "3-4i");

  CHECK_FALSE(compare<std::uint8_t>(ElementType::opaque, {1, 2}, {1, 3}).match);
}

// Everything that goes by chunks must not depend on where a chunk ends.
TEST_CASE("a mismatch is found wherever it stands in a large tensor") {
  for (const std::size_t count : {1023u, 1024u, 1025u, 5000u}) {
    for (const std::size_t at : {std::size_t{0}, count / 2, count - 1}) {
      CAPTURE(count);
      CAPTURE(at);
      std::vector<float> expected(count);
      for (std::size_t index = 0; index < count; ++index) {
        expected[index] = static_cast<float>(index);
      }
      std::vector<float> actual = expected;
      actual[at] += 3;
      const Comparison comparison = compare_f32(expected, actual, half);
      CHECK(comparison.mismatch_count == 1);
      CHECK(comparison.first->index == static_cast<std::int64_t>(at));
      CHECK(comparison.worst->index == static_cast<std::int64_t>(at));
      CHECK(comparison.metrics.at("max_absolute_error") == 3);
      CHECK(comparison.metrics.at("mean_absolute_error") ==
            doctest::Approx(3.0 / static_cast<double>(count)));
    }
  }
}

TEST_CASE("numbers are the same beside a NaN, which takes the way of single elements") {
  std::vector<float> expected(3000);
  std::vector<float> actual(3000);
  for (std::size_t index = 0; index < expected.size(); ++index) {
    expected[index] = std::sin(static_cast<float>(index));
    actual[index] = expected[index] + 2e-4f * std::cos(static_cast<float>(7 * index));
  }
  actual[1500] += 2;
  const Comparison finite = compare_f32(expected, actual);
  for (const std::ptrdiff_t index : {10, 1100, 2900}) {
    expected.insert(expected.begin() + index, nan);
    actual.insert(actual.begin() + index, nan);
  }
  const Comparison special = compare_f32(expected, actual);
  CHECK(finite.mismatch_count.value() > 1);
  CHECK(special.mismatch_count == finite.mismatch_count);
  CHECK(special.worst->index == finite.worst->index + 2);
  for (const char* name : {"max_absolute_error", "max_relative_error", "mean_absolute_error",
                           "root_mean_square_error"}) {
    CAPTURE(name);
    CHECK(special.metrics.at(name) == doctest::Approx(finite.metrics.at(name)).epsilon(1e-12));
  }
}

TEST_CASE("tensors that differ in type, shape or size are refused") {
  const std::string bytes(8, '\0');
  const TensorView floats{ElementType::f32, {2}, bytes.data(), 8};
  for (const TensorView& other : {TensorView{ElementType::i32, {2}, bytes.data(), 8},
                                  TensorView{ElementType::f32, {1, 2}, bytes.data(), 8},
                                  TensorView{ElementType::f32, {2}, bytes.data(), 4}}) {
    CHECK_THROWS_AS(IreeThreshold().compare(floats, other, {}), sharkreg::Failure);
  }
}

}  // namespace
}  // namespace iree_threshold
