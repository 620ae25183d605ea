// SPDX-License-Identifier: Apache-2.0
// A comparator that tells which version of the library it reaches, by every way there is.
#include <sharkreg/plugin.h>

#include "library.h"

namespace clash {

class Comparator final : public sharkreg::Comparator {
 public:
  sharkreg::ComparatorDescription describe() const override { return {}; }

  sharkreg::Comparison compare(const sharkreg::TensorView&, const sharkreg::TensorView&,
                               const std::vector<std::string>&) override {
    sharkreg::Comparison comparison;
    comparison.match = true;
    comparison.message = library::object().second();
    comparison.metrics["function"] = library::version();
    comparison.metrics["virtual"] = library::object().first();
    comparison.metrics["counter"] = ++library::Shared<int>::counter;
    try {
      library::raise_trouble();
    } catch (const library::Trouble& trouble) {
      comparison.metrics["exception"] = trouble.version;
    }
    return comparison;
  }
};

}  // namespace clash

SHARKREG_PLUGIN(CLASH_NAME, "1.0", sharkreg::comparator<clash::Comparator>(CLASH_NAME))
