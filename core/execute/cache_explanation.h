// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "store/cached_result.h"

namespace sharkreg::core {

// What changed from one key to another, in words: "acme-compile changed 3.12 → 3.13", "flag added:
// --x", "input program.mlir changed". One text for each change; empty: nothing did.
std::vector<std::string> changes_between(const std::vector<KeyComponent>& before,
                                         const std::vector<KeyComponent>& now);

// The changes against the nearest of the earlier keys, which come latest first: that with the fewest,
// of several the latest.
std::vector<std::string> changes_since_nearest(const std::vector<CachedResult>& earlier,
                                               const std::vector<KeyComponent>& now);

}  // namespace sharkreg::core
