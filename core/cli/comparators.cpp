// SPDX-License-Identifier: Apache-2.0
#include "cli/comparators.h"

#include <utility>

namespace sharkreg::core {

Result<std::shared_ptr<Comparator>> Comparators::lend(const std::string& name) {
  std::unique_ptr<Comparator> lent;
  {
    const std::scoped_lock lock(mutex_);
    auto& idle = idle_[name];
    if (!idle.empty()) {
      lent = std::move(idle.back());
      idle.pop_back();
    }
  }
  if (lent == nullptr) {
    auto made = registry_.comparator(name);
    if (!made) return made.error();
    lent = std::move(*made);
  }
  return std::shared_ptr<Comparator>(lent.release(), [this, name](Comparator* back) {
    std::unique_ptr<Comparator> owned(back);
    const std::scoped_lock lock(mutex_);
    idle_[name].push_back(std::move(owned));
  });
}

}  // namespace sharkreg::core
