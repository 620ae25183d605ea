// SPDX-License-Identifier: Apache-2.0
#include "cases.h"

#include <sharkreg/backend_abi.h>
#include <sharkreg/comparator_abi.h>
#include <sharkreg/fetcher_abi.h>
#include <sharkreg/tuner_abi.h>

namespace sharkreg::conformance {

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {SR_BACKEND_ID, "backend", &backend_questions, &backend_cases},
      {SR_FETCHER_ID, "fetcher", &fetcher_questions, &fetcher_cases},
      {SR_COMPARATOR_ID, "comparator", &comparator_questions, &comparator_cases},
      {SR_TUNER_ID, "tuner", &tuner_questions, &tuner_cases},
  };
  return all;
}

const Kind* find_kind(std::string_view id) {
  for (const Kind& kind : kinds()) {
    if (kind.id == id) return &kind;
  }
  return nullptr;
}

std::vector<Case> cases_of(const Kind& kind) {
  std::vector<Case> all = common_cases(kind);
  for (Case& own : kind.cases()) all.push_back(std::move(own));
  return all;
}

}  // namespace sharkreg::conformance
