// SPDX-License-Identifier: Apache-2.0
// A comparator for which nothing matches but what is empty.
#include <sharkreg/plugin.h>

class Never final : public sharkreg::Comparator {
 public:
  sharkreg::ComparatorDescription describe() const override { return {{}, true}; }

  sharkreg::Comparison compare(const sharkreg::TensorView& expected, const sharkreg::TensorView&,
                               const std::vector<std::string>& arguments) override {
    if (!arguments.empty()) {
      throw sharkreg::Failure(sharkreg::Failure::Kind::invalid, "never takes no arguments");
    }
    sharkreg::Comparison comparison;
    comparison.match = expected.count() == 0;
    if (!comparison.match) comparison.message = "nothing is ever good enough";
    return comparison;
  }
};

SHARKREG_PLUGIN("never", "1.0", sharkreg::comparator<Never>("never"))
