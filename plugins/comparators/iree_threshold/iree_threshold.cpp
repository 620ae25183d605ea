// SPDX-License-Identifier: Apache-2.0
#include "iree_threshold.h"

#include <cmath>

#include <sharkreg/failure.h>

#include "elements.h"
#include "number_text.h"
#include "scan.h"
#include "tolerance.h"

namespace iree_threshold {
namespace {

using sharkreg::ComparedElement;
using sharkreg::Comparison;
using sharkreg::Failure;
using sharkreg::TensorView;

// The host promises this; reading past the end of a tensor would be worse than an extra look.
void require_alike(const TensorView& expected, const TensorView& actual) {
  if (expected.type != actual.type || expected.shape != actual.shape ||
      expected.byte_size != actual.byte_size) {
    throw Failure(Failure::Kind::invalid,
                  "iree_threshold compares tensors of equal type, shape and size only");
  }
  if (element_count(expected) > expected.byte_size * 8 / element_bits(expected)) {
    throw Failure(Failure::Kind::invalid, "the tensors have fewer bytes than their shape says");
  }
}

std::map<std::string, double> metrics_of(const Findings& findings) {
  std::map<std::string, double> metrics;
  // A sum can overflow; JSON has no word for infinity.
  const auto put = [&](const char* name, double value) {
    if (std::isfinite(value)) metrics[name] = value;
  };
  if (findings.count == 0) return metrics;
  put("mismatch_fraction",
      static_cast<double>(findings.mismatches) / static_cast<double>(findings.count));
  if (findings.finite_pairs > 0) {
    const auto pairs = static_cast<double>(findings.finite_pairs);
    put("max_absolute_error", findings.largest_error);
    put("max_relative_error", findings.largest_relative_error);
    put("mean_absolute_error", findings.sum_of_errors / pairs);
    put("root_mean_square_error", std::sqrt(findings.sum_of_squares / pairs));
  }
  if (findings.has_special_values) {
    put("expected_nan_count", static_cast<double>(findings.expected_nan));
    put("actual_nan_count", static_cast<double>(findings.actual_nan));
    put("expected_infinity_count", static_cast<double>(findings.expected_infinite));
    put("actual_infinity_count", static_cast<double>(findings.actual_infinite));
  }
  return metrics;
}

ComparedElement element_at(const TensorView& expected, const TensorView& actual,
                           std::uint64_t index) {
  return {static_cast<std::int64_t>(index), element_text(expected, index),
          element_text(actual, index)};
}

std::string place_and_values(const TensorView& expected, const TensorView& actual,
                             std::uint64_t index) {
  return place_text(expected, index) + " is " + element_text(actual, index) + ", expected " +
         element_text(expected, index);
}

// "3 of 8 elements (37.5 %) differ by more than 0.0001 + 1e-05 * |expected|; first: element 2 is 1,
// expected 0; furthest off: element 7 is 9, expected 5; largest absolute error 4, mean 0.5"
std::string mismatch_sentence(const TensorView& expected, const TensorView& actual,
                              const Tolerance& tolerance, const Findings& findings) {
  const double percent =
      100 * static_cast<double>(findings.mismatches) / static_cast<double>(findings.count);
  std::string text = std::to_string(findings.mismatches) + " of " + std::to_string(findings.count) +
                     (findings.count == 1 ? " element (" : " elements (") + short_text(percent) +
                     " %) " + (findings.mismatches == 1 ? "differs" : "differ");
  if (!tolerance.exact) {
    text += " by more than " + short_text(tolerance.absolute) + " + " +
            short_text(tolerance.relative) + " * |expected|";
  }
  text += "; first: " + place_and_values(expected, actual, *findings.first);
  if (findings.worst && *findings.worst != *findings.first) {
    text += "; furthest off: " + place_and_values(expected, actual, *findings.worst);
  }
  if (findings.finite_pairs > 0) {
    const double mean = findings.sum_of_errors / static_cast<double>(findings.finite_pairs);
    text += "; largest absolute error " + short_text(findings.largest_error) + ", mean " +
            short_text(mean);
  }
  if (findings.actual_nan != findings.expected_nan) {
    text += "; " + std::to_string(findings.actual_nan) + " NaN, expected " +
            std::to_string(findings.expected_nan);
  }
  return text;
}

}  // namespace

sharkreg::ComparatorDescription IreeThreshold::describe() const {
  return {argument_help()};
}

Comparison IreeThreshold::compare(const TensorView& expected, const TensorView& actual,
                                  const std::vector<std::string>& arguments) {
  const Tolerance tolerance = parse_tolerances(arguments).of(expected.type);
  require_alike(expected, actual);
  const Findings findings = scan(expected, actual, tolerance);

  Comparison comparison;
  comparison.match = findings.mismatches == 0;
  comparison.metrics = metrics_of(findings);
  comparison.mismatch_count = static_cast<std::int64_t>(findings.mismatches);
  if (findings.first) comparison.first = element_at(expected, actual, *findings.first);
  if (findings.worst) comparison.worst = element_at(expected, actual, *findings.worst);
  if (!comparison.match) {
    comparison.message = mismatch_sentence(expected, actual, tolerance, findings);
  }
  return comparison;
}

}  // namespace iree_threshold
