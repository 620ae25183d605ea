// SPDX-License-Identifier: Apache-2.0
// The smallest comparator that is useful: two tensors match if no element is off by more than 0.001.
#include <sharkreg/conversions.h>
#include <sharkreg/plugin.h>

using namespace sharkreg;

class First final : public Comparator {
 public:
  ComparatorDescription describe() const override { return {{}, /*symmetric=*/true}; }

  // The host has checked that shapes and element types are equal.
  Comparison compare(const TensorView& expected, const TensorView& actual,
                     const std::vector<std::string>& arguments) override {
    if (!arguments.empty()) throw Failure(Failure::Kind::invalid, "first takes no arguments");
    Comparison comparison;
    comparison.match = true;
    for (std::uint64_t i = 0; i < expected.count(); ++i) {
      const double difference = std::abs(to_complex(expected, i) - to_complex(actual, i));
      if (difference <= 0.001) continue;  // false for NaN
      comparison.match = false;
      comparison.message =
          "element " + std::to_string(i) + " is off by " + std::to_string(difference);
      break;
    }
    return comparison;
  }
};

SHARKREG_PLUGIN("first", "1.0", comparator<First>("first"))
