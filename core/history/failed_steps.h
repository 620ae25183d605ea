// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <set>
#include <string>

#include "base/error.h"
#include "store/history.h"

namespace sharkreg::core {

struct StepName {
  std::string model;
  std::string submodel;
  std::string step;  // "compile acme a1"; "read" of a file that could not be read as a case

  auto operator<=>(const StepName&) const = default;
};

// The steps whose last verdict was bad. Runs in which nothing was tried do not count: a verdict of
// skip, blocked, unavailable or not-run leaves the one before it standing. An unexpected pass is bad
// when `strict_xfail`.
//
// The run of a program whose compile failed is not among them: it was blocked, and whoever repeats
// the compile wants it too.
Result<std::set<StepName>> last_failed(History& history, bool strict_xfail);

}  // namespace sharkreg::core
