// SPDX-License-Identifier: Apache-2.0
#include "judge/comparison.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <sharkreg/failure.h>

#include "base/error.h"
#include "judge/raw_result.h"
#include "judge/scalar.h"
#include "judge/tensor_file.h"

namespace sharkreg::core {
namespace {

using Kind = ComparisonOutcome::Kind;

ComparisonOutcome outcome_of(Kind kind, std::string sentence, std::string hint = {}) {
  ComparisonOutcome outcome;
  outcome.kind = kind;
  outcome.sentence = std::move(sentence);
  outcome.hint = std::move(hint);
  return outcome;
}

bool is_one_element(const TensorType& type) {
  return std::all_of(type.shape.begin(), type.shape.end(),
                     [](std::uint64_t size) { return size == 1; });
}

Error unknown_format(const std::filesystem::path& file, const std::string& format) {
  return {ErrorKind::invalid,
          file.string() + " is in the format \"" + format + "\", which no tensor is read from",
          "use npy, or bin for raw little-endian bytes"};
}

Result<Tensor> read_expected_npy(const ComparisonRequest& request,
                                 const std::optional<TensorType>& stated) {
  auto tensor =
      read_npy(request.expected_file, stated ? std::optional(stated->element) : std::nullopt);
  if (!tensor || !stated) return tensor;
  const bool same_shape = tensor->type.shape == stated->shape ||
                          (is_one_element(tensor->type) && is_one_element(*stated));
  if (!same_shape || !are_interchangeable(tensor->type.element, stated->element)) {
    return Error{ErrorKind::invalid,
                 request.expected_file.string() + " holds " + to_text(tensor->type) +
                     ", but the value beside it says " + to_text(*stated),
                 "correct the value, or leave it out: an .npy file carries its own"};
  }
  tensor->type = *stated;
  return tensor;
}

Result<Tensor> read_expected(const ComparisonRequest& request) {
  std::optional<TensorType> stated;
  if (!request.expected_value.empty()) {
    auto parsed = parse_value(request.expected_value);
    if (!parsed) return parsed.error();
    stated = *std::move(parsed);
  }
  if (request.expected_format == "npy") return read_expected_npy(request, stated);
  if (request.expected_format != "bin") {
    return unknown_format(request.expected_file, request.expected_format);
  }
  if (!stated) {
    return Error{ErrorKind::invalid,
                 request.expected_file.string() + " holds raw bytes without shape and type",
                 "state them beside it, such as \"value\": \"1x64xi64\", or use an .npy file"};
  }
  return read_raw(request.expected_file, *stated);
}

// Whatever a run leaves behind, a file of it that cannot be read is not the model file's fault.
ComparisonOutcome broken_result(const Error& error) {
  return outcome_of(Kind::infrastructure, error.message, error.hint);
}

std::variant<Tensor, ComparisonOutcome> read_actual_raw(const ComparisonRequest& request,
                                                        const TensorType& expected) {
  const auto size = file_size_of(request.actual_file);
  if (!size) return broken_result(size.error());
  const auto found = type_of_raw_result(*size, request.declared, expected);
  if (const auto* differs = std::get_if<ResultDiffers>(&found)) {
    return outcome_of(Kind::different_type, differs->sentence);
  }
  if (const auto* broken = std::get_if<ResultBroken>(&found)) {
    return outcome_of(Kind::infrastructure, request.actual_file.string() + " " + broken->sentence);
  }
  auto tensor = read_raw(request.actual_file, std::get<TensorType>(found));
  if (!tensor) return broken_result(tensor.error());
  return *std::move(tensor);
}

std::variant<Tensor, ComparisonOutcome> read_actual(const ComparisonRequest& request,
                                                    const TensorType& expected) {
  if (request.actual_format == "bin") return read_actual_raw(request, expected);
  if (request.actual_format != "npy") {
    return broken_result(unknown_format(request.actual_file, request.actual_format));
  }
  auto tensor = read_npy(request.actual_file, expected.element);
  if (!tensor) return broken_result(tensor.error());
  return *std::move(tensor);
}

std::string difference_sentence(const TensorType& expected, const TensorType& actual) {
  const bool same_shape = expected.shape == actual.shape;
  const bool same_element = are_interchangeable(expected.element, actual.element);
  std::string text = same_shape ? "type " : same_element ? "shape " : "shape and type ";
  text += to_text(actual) + ", expected " + to_text(expected);
  if (!same_shape && is_one_element(expected) && is_one_element(actual)) {
    text += " (a scalar and a tensor of one element are different)";
  }
  return text;
}

ComparisonOutcome ask(Comparator& comparator, const Tensor& expected, const Tensor& actual,
                      const std::vector<std::string>& arguments) {
  try {
    ComparisonOutcome outcome;
    outcome.comparison = comparator.compare(expected.view(), actual.view(), arguments);
    outcome.kind = outcome.comparison->match ? Kind::match : Kind::mismatch;
    if (outcome.kind == Kind::mismatch) outcome.sentence = outcome.comparison->message;
    if (outcome.kind == Kind::mismatch && outcome.sentence.empty()) {
      outcome.sentence = "the result does not match what is expected";
    }
    return outcome;
  } catch (const Failure& failure) {
    return outcome_of(
        failure.kind() == Failure::Kind::invalid ? Kind::invalid : Kind::infrastructure,
        failure.what(), failure.hint());
  }
}

ComparisonOutcome compare_loaded(const Tensor& expected, Tensor actual,
                                 const std::vector<std::string>& arguments,
                                 Comparator& comparator) {
  if (is_widened_scalar(actual.type, expected.type)) {
    auto narrow = narrow_scalar(actual, expected.type.element);
    if (!narrow) {
      return outcome_of(Kind::mismatch, "the scalar " + scalar_text(actual) + " does not fit " +
                                            to_text(expected.type) + ", which is expected");
    }
    actual = *std::move(narrow);
  }
  if (actual.type.shape != expected.type.shape ||
      !are_interchangeable(actual.type.element, expected.type.element)) {
    return outcome_of(Kind::different_type, difference_sentence(expected.type, actual.type));
  }
  actual.type.element = expected.type.element;
  return ask(comparator, expected, actual, arguments);
}

}  // namespace

ComparisonOutcome compare_tensors(const ComparisonRequest& request, Comparator& comparator) {
  const auto expected = read_expected(request);
  if (!expected) {
    const Error& error = expected.error();
    return outcome_of(error.kind == ErrorKind::invalid ? Kind::invalid : Kind::infrastructure,
                      error.message, error.hint);
  }
  auto actual = read_actual(request, expected->type);
  ComparisonOutcome outcome;
  if (auto* tensor = std::get_if<Tensor>(&actual)) {
    std::string actual_type = to_text(tensor->type);
    outcome = compare_loaded(*expected, std::move(*tensor), request.arguments, comparator);
    outcome.actual_type = std::move(actual_type);
  } else {
    outcome = std::get<ComparisonOutcome>(std::move(actual));
  }
  outcome.expected_type = to_text(expected->type);
  return outcome;
}

}  // namespace sharkreg::core
