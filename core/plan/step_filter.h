// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/pattern.h"

namespace sharkreg::core {

// A step as people name it, without repetition.
struct StepAddress {
  std::string model;
  std::string submodel;
  std::string step;  // "run acme a1"

  auto operator<=>(const StepAddress&) const = default;

  std::string text() const { return model + "/" + submodel + "/" + step; }
};

// Which steps are wanted: --filter and --rerun-failed.
//
// A pattern is a glob for the whole of "model/submodel/step", in which * stands for slashes as well,
// or "re:" and a regular expression that is looked for in it. One behind "!" excludes. A step is
// wanted if one of the others selects it, or there are no others, and none excludes it.
class StepFilter {
 public:
  // An error of kind usage for a pattern that is none.
  static Result<StepFilter> create(const std::vector<std::string>& patterns);

  // Wants none but these, of those that the patterns select.
  void restrict_to(std::set<StepAddress> steps) { only_ = std::move(steps); }

  bool selects(const StepAddress& step) const;

  // The first pattern that is to select steps and selects none of these; nullptr: there is none.
  const std::string* idle_pattern(const std::vector<StepAddress>& steps) const;

  bool is_empty() const { return patterns_.empty() && !only_; }

 private:
  struct OnePattern {
    std::string text;  // as the user gave it
    std::string glob;  // without "!"; of no use with an expression
    std::optional<Pattern> expression;
    bool excludes = false;

    bool matches(const std::string& name) const;
  };

  std::vector<OnePattern> patterns_;
  bool selects_by_pattern_ = false;  // some pattern does not exclude
  std::optional<std::set<StepAddress>> only_;
};

}  // namespace sharkreg::core
