// SPDX-License-Identifier: Apache-2.0
// A comparator for which nothing matches but what is equal, bit by bit.
#include <cstring>

#include <sharkreg/plugin.h>

class Bitwise final : public sharkreg::Comparator {
 public:
  sharkreg::ComparatorDescription describe() const override { return {{}, true}; }

  sharkreg::Comparison compare(const sharkreg::TensorView& expected,
                               const sharkreg::TensorView& actual,
                               const std::vector<std::string>& arguments) override {
    if (!arguments.empty()) {
      throw sharkreg::Failure(sharkreg::Failure::Kind::invalid, "bitwise takes no arguments");
    }
    sharkreg::Comparison comparison;
    const auto size = static_cast<std::size_t>(expected.byte_size);
    comparison.match = size == 0 || std::memcmp(expected.data, actual.data, size) == 0;
    if (!comparison.match) comparison.message = "some bits differ";
    return comparison;
  }
};

SHARKREG_PLUGIN("bitwise", "1.0", sharkreg::comparator<Bitwise>("bitwise"))
