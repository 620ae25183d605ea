// SPDX-License-Identifier: Apache-2.0
#include "plan/step_filter.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

constexpr std::string_view expression_mark = "re:";

Error wrong_pattern(const std::string& pattern, const std::string& what) {
  return {ErrorKind::usage, fmt::format("--filter={}: {}", printable(pattern), what),
          "a filter is a glob for MODEL/SUBMODEL/STEP, such as 'sdxl/*/run *', or re:EXPRESSION; ! "
          "before it excludes"};
}

}  // namespace

// One that takes too long to be looked for matches nothing.
bool StepFilter::OnePattern::matches(const std::string& name) const {
  if (!expression) return matches_glob(name, glob);
  const Result<bool> found = expression->is_found_in(name);
  return found && *found;
}

Result<StepFilter> StepFilter::create(const std::vector<std::string>& patterns) {
  StepFilter filter;
  for (const std::string& text : patterns) {
    OnePattern pattern;
    pattern.text = text;
    pattern.excludes = text.starts_with('!');
    pattern.glob = text.substr(pattern.excludes ? 1 : 0);
    if (pattern.glob.starts_with(expression_mark)) {
      auto compiled = Pattern::create(pattern.glob.substr(expression_mark.size()));
      if (!compiled) return wrong_pattern(text, compiled.error().message);
      pattern.expression = std::move(*compiled);
    }
    if (pattern.glob.empty() || pattern.glob == expression_mark) {
      return wrong_pattern(text, "there is no pattern in it");
    }
    filter.selects_by_pattern_ = filter.selects_by_pattern_ || !pattern.excludes;
    filter.patterns_.push_back(std::move(pattern));
  }
  return filter;
}

bool StepFilter::selects(const StepAddress& step) const {
  if (only_ && !only_->contains(step)) return false;
  if (patterns_.empty()) return true;
  const std::string name = step.text();
  bool selected = !selects_by_pattern_;
  for (const OnePattern& pattern : patterns_) {
    if (pattern.excludes ? pattern.matches(name) : !selected && pattern.matches(name)) {
      if (pattern.excludes) return false;
      selected = true;
    }
  }
  return selected;
}

const std::string* StepFilter::idle_pattern(const std::vector<StepAddress>& steps) const {
  for (const OnePattern& pattern : patterns_) {
    if (pattern.excludes) continue;
    const auto matches = [&](const StepAddress& step) { return pattern.matches(step.text()); };
    if (std::ranges::none_of(steps, matches)) return &pattern.text;
  }
  return nullptr;
}

}  // namespace sharkreg::core
