// SPDX-License-Identifier: Apache-2.0
#include "judge/bitwise.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include <sharkreg/conversions.h>
#include <sharkreg/failure.h>

namespace sharkreg::core {
namespace {

bool is_complex(ElementType type) {
  return type == ElementType::c64 || type == ElementType::c128;
}

bool is_float(ElementType type) {
  return type == ElementType::f64 || type == ElementType::f32 || small_float_of(type) != nullptr;
}

// The bits of an element of at most 64 bits.
std::uint64_t bits_at(const TensorView& tensor, std::uint64_t index, std::size_t size) {
  if (size == 0) return packed_element(tensor, index, bits_of(tensor.type));
  std::uint64_t bits = 0;
  std::memcpy(&bits, static_cast<const char*>(tensor.data) + index * size, size);
  return bits;
}

bool differ(const TensorView& one, const TensorView& other, std::uint64_t index) {
  const std::size_t size = byte_size_of(one.type);
  if (size == 0 && bits_of(one.type) != 0) {
    return bits_at(one, index, size) != bits_at(other, index, size);
  }
  const std::size_t bytes = std::max<std::size_t>(size, 1);
  const std::size_t offset = static_cast<std::size_t>(index) * bytes;
  return std::memcmp(static_cast<const char*>(one.data) + offset,
                     static_cast<const char*>(other.data) + offset, bytes) != 0;
}

// The position of a floating-point number among all of its type: sign and magnitude as bits.
std::int64_t rank_of(std::uint64_t bits, unsigned width) {
  const std::uint64_t sign = std::uint64_t{1} << (width - 1);
  const auto magnitude = static_cast<std::int64_t>(bits & (sign - 1));
  return (bits & sign) != 0 ? -magnitude : magnitude;
}

// How many steps lie between two numbers: up to 2^64 of them, which are counted before they become
// a double.
double ulps_between(const TensorView& one, const TensorView& other, std::uint64_t index) {
  const std::size_t size = byte_size_of(one.type);
  const unsigned width = bits_of(one.type);
  const std::int64_t first = rank_of(bits_at(one, index, size), width);
  const std::int64_t second = rank_of(bits_at(other, index, size), width);
  const auto lower = static_cast<std::uint64_t>(std::min(first, second));
  const auto upper = static_cast<std::uint64_t>(std::max(first, second));
  return static_cast<double>(upper - lower);
}

std::string element_text(const TensorView& tensor, std::uint64_t index) {
  if (is_complex(tensor.type)) {
    const std::complex<double> value = to_complex(tensor, index);
    return fmt::format("{}{:+}i", value.real(), value.imag());
  }
  const double value = to_double(tensor, index);
  // The digits of an f32 are enough for all that are smaller.
  if (is_float(tensor.type) && tensor.type != ElementType::f64) {
    return fmt::format("{}", static_cast<float>(value));
  }
  return fmt::format("{}", value);
}

ComparedElement element_of(const TensorView& expected, const TensorView& actual,
                           std::uint64_t index) {
  return {static_cast<std::int64_t>(index), element_text(expected, index),
          element_text(actual, index)};
}

// Goes through the elements that differ.
class Differences {
 public:
  Differences(const TensorView& expected, const TensorView& actual)
      : expected_(expected),
        actual_(actual),
        has_values_(bits_of(expected.type) != 0),
        has_ulps_(is_float(expected.type)) {}

  Comparison measure() {
    const std::uint64_t count = expected_.count();
    for (std::uint64_t index = 0; index < count; ++index) {
      if (differ(expected_, actual_, index)) add(index);
    }
    Comparison result;
    result.mismatch_count = count_;
    result.metrics["elements"] = static_cast<double>(count);
    result.message =
        fmt::format("{} of {} {} differ", count_, count, has_values_ ? "elements" : "bytes");
    if (!has_values_) return result;
    result.metrics["max_absolute_difference"] = absolute_;
    result.metrics["max_relative_difference"] = relative_;
    result.message +=
        fmt::format(", by at most {:.4g} absolutely, {:.4g} relatively", absolute_, relative_);
    if (has_ulps_) {
      result.metrics["max_ulp_difference"] = ulps_;
      result.message += fmt::format(", {:.0f} ULP", ulps_);
    }
    if (first_) result.first = element_of(expected_, actual_, *first_);
    if (worst_) result.worst = element_of(expected_, actual_, *worst_);
    return result;
  }

 private:
  void add(std::uint64_t index) {
    ++count_;
    if (!first_) first_ = index;
    if (!has_values_) return;
    const std::complex<double> one = to_complex(expected_, index);
    const std::complex<double> other = to_complex(actual_, index);
    const double distance = std::abs(one - other);
    if (!std::isfinite(distance)) return;
    const double size = std::max(std::abs(one), std::abs(other));
    if (size > 0) relative_ = std::max(relative_, distance / size);
    if (has_ulps_) ulps_ = std::max(ulps_, ulps_between(expected_, actual_, index));
    if (worst_ && distance <= absolute_) return;
    absolute_ = distance;
    worst_ = index;
  }

  const TensorView& expected_;
  const TensorView& actual_;
  bool has_values_;
  bool has_ulps_;
  std::int64_t count_ = 0;
  double absolute_ = 0;
  double relative_ = 0;
  double ulps_ = 0;
  std::optional<std::uint64_t> first_;
  std::optional<std::uint64_t> worst_;
};

}  // namespace

ComparatorDescription Bitwise::describe() const {
  ComparatorDescription description;
  description.symmetric = true;
  return description;
}

Comparison Bitwise::compare(const TensorView& expected, const TensorView& actual,
                            const std::vector<std::string>& arguments) {
  if (!arguments.empty()) {
    throw Failure(Failure::Kind::invalid, "bitwise takes no argument like " + arguments.front());
  }
  Comparison same;
  same.match =
      expected.byte_size == actual.byte_size &&
      (expected.byte_size == 0 || std::memcmp(expected.data, actual.data, expected.byte_size) == 0);
  if (same.match) return same;
  return Differences(expected, actual).measure();
}

}  // namespace sharkreg::core
