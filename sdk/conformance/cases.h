// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "context.h"
#include "questions.h"

namespace sharkreg::conformance {

// One thing that a plugin has to do right. `check` returns when it does, and throws Broken or
// NotApplicable when not. It runs in a process of its own, which a plugin may bring down.
struct Case {
  std::string name;      // "exports"; with its group: "library/exports", "backend/cpu/describe"
  std::string sentence;  // what holds when it passes
  std::function<void(Context&)> check;
};

// A kind of interface that this checker knows.
struct Kind {
  std::string_view id;    // SR_BACKEND_ID
  std::string_view name;  // "backend"
  std::vector<Question> (*questions)(const Context&);
  std::vector<Case> (*cases)();  // those of this kind alone
};
const std::vector<Kind>& kinds();

// The kind with this interface id, or null.
const Kind* find_kind(std::string_view id);

// In the order in which they are tried. Of the cases about the library, those in the front need no
// more than the file; the last ones load it.
std::vector<Case> library_cases();
inline constexpr std::string_view loading_case = "loads";
inline constexpr std::string_view describing_case = "descriptor";

// Those that every interface of the kind has to pass, and its own.
std::vector<Case> cases_of(const Kind& kind);

std::vector<Case> common_cases(const Kind& kind);
std::vector<Case> backend_cases();
std::vector<Case> fetcher_cases();
std::vector<Case> comparator_cases();
std::vector<Case> tuner_cases();

}  // namespace sharkreg::conformance
