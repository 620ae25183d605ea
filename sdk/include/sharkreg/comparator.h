// SPDX-License-Identifier: Apache-2.0
#ifndef SHARKREG_COMPARATOR_H
#define SHARKREG_COMPARATOR_H

#include <sharkreg/codec.h>
#include <sharkreg/comparator_abi.h>
#include <sharkreg/tensor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sharkreg {

struct ComparatorDescription {
  static constexpr std::string_view schema = SR_COMPARATOR_DESCRIPTION_SCHEMA;
  std::vector<std::string> arguments;  // one line of help each
  bool symmetric = false;  // changing expected for actual never changes whether they match
};

// One place in a pair of tensors.
struct ComparedElement {
  std::int64_t index = 0;  // row-major
  std::string expected;    // as people read it
  std::string actual;
};

struct Comparison {
  static constexpr std::string_view schema = SR_COMPARISON_SCHEMA;
  bool match = false;
  std::string message;                         // for a mismatch: one sentence
  std::map<std::string, double> metrics;       // such as max_absolute_error; NaN is left out
  std::optional<ComparedElement> first;        // the first element that does not match
  std::optional<ComparedElement> worst;        // the one that is furthest off
  std::optional<std::int64_t> mismatch_count;  // elements that do not match
};

// Decides whether a result is close enough to what is expected.
//
// Ownership: the host owns the instance and the tensors. Threads: one call at a time on one
// instance. Pure: the same tensors and arguments give the same comparison.
class Comparator {
 public:
  virtual ~Comparator() = default;

  virtual ComparatorDescription describe() const = 0;

  // Called only with equal shapes and element types: the host judges those. Throws
  // Failure(invalid) naming an argument that it does not understand.
  virtual Comparison compare(const TensorView& expected, const TensorView& actual,
                             const std::vector<std::string>& arguments) = 0;
};

struct ComparatorArguments {
  static constexpr std::string_view schema = SR_COMPARATOR_ARGUMENTS_SCHEMA;
  std::vector<std::string> arguments;
};

template <class Visitor>
void fields(Visitor& visit, ComparatorDescription& value) {
  visit("arguments", value.arguments);
  visit("symmetric", value.symmetric);
}

template <class Visitor>
void fields(Visitor& visit, ComparatorArguments& value) {
  visit("arguments", value.arguments);
}

template <class Visitor>
void fields(Visitor& visit, ComparedElement& value) {
  visit("index", value.index);
  visit("expected", value.expected);
  visit("actual", value.actual);
}

template <class Visitor>
void fields(Visitor& visit, Comparison& value) {
  visit("match", value.match);
  visit("message", value.message);
  visit("metrics", value.metrics);
  visit("first", value.first);
  visit("worst", value.worst);
  visit("mismatch_count", value.mismatch_count);
}

}  // namespace sharkreg

#endif  // SHARKREG_COMPARATOR_H
