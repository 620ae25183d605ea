// The comparator "@NAME@": no element may be further off than a tolerance.
#include <sharkreg/conversions.h>
#include <sharkreg/number.h>
#include <sharkreg/plugin.h>

using namespace sharkreg;

class @CLASS@ final : public Comparator {
 public:
  ComparatorDescription describe() const override {
    return {{"--tolerance=NUMBER   largest difference that still matches (default 0)"}, true};
  }

  Comparison compare(const TensorView& expected, const TensorView& actual,
                     const std::vector<std::string>& arguments) override {
    const double tolerance = tolerance_in(arguments);
    Comparison comparison;
    double largest = 0;
    for (std::uint64_t i = 0; i < expected.count(); ++i) {
      const double difference = std::abs(to_complex(expected, i) - to_complex(actual, i));
      // Written so that NaN, which compares with nothing, is a mismatch.
      if (!(difference <= tolerance))
        comparison.mismatch_count = comparison.mismatch_count.value_or(0) + 1;
      if (difference > largest) largest = difference;
    }
    comparison.match = !comparison.mismatch_count;
    if (!comparison.match) {
      comparison.message = std::to_string(*comparison.mismatch_count) +
                           " elements are further off than " + std::to_string(tolerance);
    }
    if (std::isfinite(largest)) comparison.metrics["max_absolute_error"] = largest;
    return comparison;
  }

 private:
  static double tolerance_in(const std::vector<std::string>& arguments) {
    double tolerance = 0;
    for (const std::string& argument : arguments) {
      const std::string name = "--tolerance=";
      const auto number = argument.rfind(name, 0) == 0
                              ? parse_number(std::string_view(argument).substr(name.size()))
                              : std::nullopt;
      if (!number || *number < 0) {
        throw Failure(Failure::Kind::invalid, "\"" + argument + "\" is not understood",
                      "write --tolerance=0.001");
      }
      tolerance = *number;
    }
    return tolerance;
  }
};

SHARKREG_PLUGIN("@NAME@", "0.1.0", comparator<@CLASS@>("@NAME@"))
