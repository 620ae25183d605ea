// SPDX-License-Identifier: Apache-2.0
#include "scan.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <sharkreg/conversions.h>

#include "elements.h"

namespace iree_threshold {
namespace {

using sharkreg::ElementType;
using sharkreg::TensorView;

constexpr double infinity = std::numeric_limits<double>::infinity();

// Small enough that both widened chunks stay in the first cache.
constexpr std::size_t chunk_size = 1024;

// Independent sums, so that the compiler may add several elements at once.
constexpr std::size_t lane_count = 8;
static_assert(chunk_size % lane_count == 0);

const char* bytes_of(const TensorView& tensor, std::uint64_t index, std::size_t size) {
  return static_cast<const char*>(tensor.data) + index * size;
}

void note_mismatch(Findings& findings, std::uint64_t index) {
  ++findings.mismatches;
  if (!findings.first) findings.first = index;
}

// Ties go to the earlier element.
void note_excess(Findings& findings, std::uint64_t index, double excess) {
  if (findings.worst && !(excess > findings.worst_excess)) return;
  findings.worst = index;
  findings.worst_excess = excess;
}

void note_error(Findings& findings, double expected, double error) {
  ++findings.finite_pairs;
  findings.sum_of_errors += error;
  findings.sum_of_squares += error * error;
  findings.largest_error = std::max(findings.largest_error, error);
  if (expected != 0) {
    findings.largest_relative_error =
        std::max(findings.largest_relative_error, error / std::abs(expected));
  }
}

// One element of each tensor, widened.
struct Pair {
  double expected;
  double actual;
  bool same_bytes;
};

void scan_pair(const Pair& pair, const Tolerance& tolerance, std::uint64_t index,
               Findings& findings) {
  const auto [expected, actual, same_bytes] = pair;
  findings.expected_nan += std::isnan(expected) ? 1 : 0;
  findings.actual_nan += std::isnan(actual) ? 1 : 0;
  findings.expected_infinite += std::isinf(expected) ? 1 : 0;
  findings.actual_infinite += std::isinf(actual) ? 1 : 0;

  const double error = std::abs(actual - expected);
  const double bound = tolerance.absolute + tolerance.relative * std::abs(expected);
  const bool both_finite = std::isfinite(expected) && std::isfinite(actual);
  if (both_finite) note_error(findings, expected, error);

  const bool matches = tolerance.exact
                           ? same_bytes
                           : expected == actual || (std::isnan(expected) && std::isnan(actual)) ||
                                 (std::isfinite(expected) && error <= bound);
  if (!matches) {
    note_mismatch(findings, index);
    note_excess(findings, index, both_finite ? error - bound : infinity);
  } else if (both_finite && error > 0) {
    note_excess(findings, index, error - bound);
  }
}

struct Lanes {
  double sum[lane_count] = {};
  double squares[lane_count] = {};
  double largest[lane_count] = {};
  double relative[lane_count] = {};
  double excess[lane_count];
  double mismatches[lane_count] = {};

  Lanes() { std::fill(std::begin(excess), std::end(excess), -infinity); }
};

// A chunk of finite numbers without a branch for each element, in approximate mode: what most of
// every large tensor is. Padding at the end must be equal pairs.
Lanes scan_finite(const double* expected, const double* actual, std::size_t count,
                  const Tolerance& tolerance) {
  Lanes lanes;
  for (std::size_t base = 0; base < count; base += lane_count) {
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
      const double magnitude = std::abs(expected[base + lane]);
      const double error = std::abs(actual[base + lane] - expected[base + lane]);
      const double bound = tolerance.absolute + tolerance.relative * magnitude;
      const double relative = magnitude > 0 ? error / magnitude : 0;
      const double excess = error > 0 ? error - bound : -infinity;
      lanes.sum[lane] += error;
      lanes.squares[lane] += error * error;
      lanes.largest[lane] = error > lanes.largest[lane] ? error : lanes.largest[lane];
      lanes.relative[lane] = relative > lanes.relative[lane] ? relative : lanes.relative[lane];
      lanes.excess[lane] = excess > lanes.excess[lane] ? excess : lanes.excess[lane];
      lanes.mismatches[lane] += error > bound ? 1.0 : 0.0;
    }
  }
  return lanes;
}

// Adds a chunk's sums; goes back to its elements only where one of them is worth naming.
void add_finite(const double* expected, const double* actual, std::size_t count,
                std::uint64_t begin, const Tolerance& tolerance, Findings& findings) {
  const Lanes lanes =
      scan_finite(expected, actual, (count + lane_count - 1) / lane_count * lane_count, tolerance);
  double excess = -infinity;
  double mismatches = 0;
  for (std::size_t lane = 0; lane < lane_count; ++lane) {
    findings.sum_of_errors += lanes.sum[lane];
    findings.sum_of_squares += lanes.squares[lane];
    findings.largest_error = std::max(findings.largest_error, lanes.largest[lane]);
    findings.largest_relative_error =
        std::max(findings.largest_relative_error, lanes.relative[lane]);
    excess = std::max(excess, lanes.excess[lane]);
    mismatches += lanes.mismatches[lane];
  }
  findings.finite_pairs += count;
  findings.mismatches += static_cast<std::uint64_t>(mismatches);

  const bool names_first = mismatches > 0 && !findings.first;
  const bool names_worst =
      excess > -infinity && (!findings.worst || excess > findings.worst_excess);
  if (!names_first && !names_worst) return;
  for (std::size_t offset = 0; offset < count; ++offset) {
    const double error = std::abs(actual[offset] - expected[offset]);
    if (!(error > 0)) continue;
    const double bound = tolerance.absolute + tolerance.relative * std::abs(expected[offset]);
    if (error > bound && !findings.first) findings.first = begin + offset;
    note_excess(findings, begin + offset, error - bound);
  }
}

template <class Stored, class Widen>
void widen_chunk(const TensorView& tensor, std::uint64_t begin, std::size_t count, Widen widen,
                 double* wide) {
  Stored stored[chunk_size];
  std::memcpy(stored, bytes_of(tensor, begin, sizeof(Stored)), count * sizeof(Stored));
  for (std::size_t offset = 0; offset < count; ++offset) {
    wide[offset] = static_cast<double>(widen(stored[offset]));
  }
  for (std::size_t offset = count; offset % lane_count != 0; ++offset) wide[offset] = 0;
}

// x - x is 0 for finite numbers and NaN for all others, and a sum keeps a NaN.
bool all_finite(const double* numbers, std::size_t count) {
  double sums[lane_count] = {};
  const std::size_t padded = (count + lane_count - 1) / lane_count * lane_count;
  for (std::size_t base = 0; base < padded; base += lane_count) {
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
      sums[lane] += numbers[base + lane] - numbers[base + lane];
    }
  }
  return std::all_of(std::begin(sums), std::end(sums), [](double sum) { return sum == 0; });
}

template <class Stored, class Widen>
void scan_floats(const TensorView& expected, const TensorView& actual, const Tolerance& tolerance,
                 Widen widen, Findings& findings) {
  findings.measured = true;
  findings.has_special_values = true;
  double wide_expected[chunk_size];
  double wide_actual[chunk_size];
  for (std::uint64_t begin = 0; begin < findings.count; begin += chunk_size) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(chunk_size, findings.count - begin));
    widen_chunk<Stored>(expected, begin, count, widen, wide_expected);
    widen_chunk<Stored>(actual, begin, count, widen, wide_actual);
    if (!tolerance.exact && all_finite(wide_expected, count) && all_finite(wide_actual, count)) {
      add_finite(wide_expected, wide_actual, count, begin, tolerance, findings);
      continue;
    }
    for (std::size_t offset = 0; offset < count; ++offset) {
      const std::uint64_t index = begin + offset;
      const bool same = std::memcmp(bytes_of(expected, index, sizeof(Stored)),
                                    bytes_of(actual, index, sizeof(Stored)), sizeof(Stored)) == 0;
      scan_pair({wide_expected[offset], wide_actual[offset], same}, tolerance, index, findings);
    }
  }
}

// Calls `visit(index)` for each element whose bytes differ; equal stretches cost a memcmp.
template <class Visit>
void for_each_difference(const TensorView& expected, const TensorView& actual, std::size_t size,
                         std::uint64_t total, Visit visit) {
  for (std::uint64_t begin = 0; begin < total; begin += chunk_size) {
    const std::uint64_t end = std::min<std::uint64_t>(total, begin + chunk_size);
    const auto bytes = static_cast<std::size_t>(end - begin) * size;
    if (std::memcmp(bytes_of(expected, begin, size), bytes_of(actual, begin, size), bytes) == 0) {
      continue;
    }
    for (std::uint64_t index = begin; index < end; ++index) {
      if (std::memcmp(bytes_of(expected, index, size), bytes_of(actual, index, size), size) != 0) {
        visit(index);
      }
    }
  }
}

template <class Integer>
void scan_integers(const TensorView& expected, const TensorView& actual, Findings& findings) {
  findings.measured = true;
  for_each_difference(expected, actual, sizeof(Integer), findings.count, [&](std::uint64_t index) {
    const auto wanted = expected.element<Integer>(index);
    const auto found = actual.element<Integer>(index);
    // In unsigned arithmetic: the difference of two signed numbers may not fit their type.
    const auto error = static_cast<double>(
        wanted < found ? static_cast<std::uint64_t>(found) - static_cast<std::uint64_t>(wanted)
                       : static_cast<std::uint64_t>(wanted) - static_cast<std::uint64_t>(found));
    note_mismatch(findings, index);
    note_error(findings, static_cast<double>(wanted), error);
    note_excess(findings, index, error);
  });
  findings.finite_pairs = findings.count;
}

// Elements of a type of which no more is known than how many bits they have.
void scan_bits(const TensorView& expected, const TensorView& actual, Findings& findings) {
  const unsigned bits = element_bits(expected);
  const auto note = [&](std::uint64_t index) { note_mismatch(findings, index); };
  if (bits % 8 == 0) {
    for_each_difference(expected, actual, bits / 8, findings.count, note);
    return;
  }
  for (std::uint64_t index = 0; index < findings.count; ++index) {
    if (sharkreg::packed_element(expected, index, bits) !=
        sharkreg::packed_element(actual, index, bits)) {
      note(index);
    }
  }
}

}  // namespace

Findings scan(const TensorView& expected, const TensorView& actual, const Tolerance& tolerance) {
  Findings findings;
  findings.count = element_count(expected);
  // No byte of an empty tensor is looked at, and its data may be null.
  if (findings.count == 0) return findings;
  switch (expected.type) {
    case ElementType::f64:
      scan_floats<double>(
          expected, actual, tolerance, [](double value) { return value; }, findings);
      break;
    case ElementType::f32:
      scan_floats<float>(
          expected, actual, tolerance, [](float value) { return value; }, findings);
      break;
    case ElementType::f16:
      scan_floats<std::uint16_t>(expected, actual, tolerance, sharkreg::f16_to_f32, findings);
      break;
    case ElementType::bf16:
      scan_floats<std::uint16_t>(expected, actual, tolerance, sharkreg::bf16_to_f32, findings);
      break;
    case ElementType::i1:
    case ElementType::u8:
      scan_integers<std::uint8_t>(expected, actual, findings);
      break;
    case ElementType::i8:
      scan_integers<std::int8_t>(expected, actual, findings);
      break;
    case ElementType::i16:
      scan_integers<std::int16_t>(expected, actual, findings);
      break;
    case ElementType::i32:
      scan_integers<std::int32_t>(expected, actual, findings);
      break;
    case ElementType::i64:
      scan_integers<std::int64_t>(expected, actual, findings);
      break;
    case ElementType::u16:
      scan_integers<std::uint16_t>(expected, actual, findings);
      break;
    case ElementType::u32:
      scan_integers<std::uint32_t>(expected, actual, findings);
      break;
    case ElementType::u64:
      scan_integers<std::uint64_t>(expected, actual, findings);
      break;
    default:
      scan_bits(expected, actual, findings);
      break;
  }
  return findings;
}

}  // namespace iree_threshold
