// SPDX-License-Identifier: Apache-2.0
#include "suite/case.h"

#include <utility>

namespace sharkreg::core {
namespace {

// The function that all backends that name one agree on.
std::optional<std::string> common_function(const Case& test_case) {
  std::optional<std::string> common;
  for (const auto& [name, fields] : test_case.backends) {
    if (!fields.function) continue;
    if (common && common != fields.function) return std::nullopt;
    common = fields.function;
  }
  return common;
}

}  // namespace

BackendFields fields_for(const Case& test_case, std::string_view backend) {
  const auto own = test_case.backends.find(backend);
  BackendFields fields = own == test_case.backends.end() ? BackendFields() : own->second;
  if (!fields.threshold_args) fields.threshold_args = test_case.threshold_args;
  if (!fields.function) fields.function = test_case.function;
  if (!fields.function) fields.function = common_function(test_case);
  return fields;
}

std::set<std::string> only_backends(const Case& test_case) {
  std::set<std::string> names;
  for (const auto& [name, fields] : test_case.backends) {
    if (fields.tests_only) names.insert(name);
  }
  return names;
}

}  // namespace sharkreg::core
