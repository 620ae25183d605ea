// SPDX-License-Identifier: Apache-2.0
#include "suite/backend_fields.h"

#include <algorithm>

#include "suite/expectation.h"

namespace sharkreg::core {
namespace {

void read_compiler_flags(const Field& field, BackendFields& fields) {
  fields.compiler_flags = field.texts("a flag of the compiler");
}

void read_pipeline_compiler_flags(const Field& field, BackendFields& fields) {
  fields.pipeline_compiler_flags = field.texts("a flag of the compiler");
}

void read_threshold_args(const Field& field, BackendFields& fields) {
  fields.threshold_args = field.texts("an argument of the run or of the comparison");
}

void read_function(const Field& field, BackendFields& fields) {
  fields.function = field.text("the name of an exported function");
}

void read_compile_failure(const Field& field, BackendFields& fields) {
  fields.compile_failure = read_expectation(field, ExpectedStage::compile);
}

void read_compile_failure_for(const Field& field, BackendFields& fields) {
  fields.compile_failure_for = read_target_expectations(field);
}

void read_run_failure(const Field& field, BackendFields& fields) {
  fields.run_failure = read_expectation(field, ExpectedStage::run);
}

void read_tests_only(const Field& field, BackendFields& fields) {
  fields.tests_only = field.boolean().value_or(false);
}

// The name of a field is: prefix, the backend's name, suffix.
struct Pattern {
  std::string_view prefix;
  std::string_view suffix;
  void (*read)(const Field& field, BackendFields& fields);
};

constexpr Pattern patterns[] = {
    {"", "_compiler_flags", read_compiler_flags},
    {"", "_pipeline_compiler_flags", read_pipeline_compiler_flags},
    {"", "_threshold_args", read_threshold_args},
    {"run_", "_function", read_function},
    {"", "_compile_test_expecting_to_fail", read_compile_failure},
    {"", "_compile_chip_expecting_to_fail", read_compile_failure_for},
    {"", "_run_test_expecting_to_fail", read_run_failure},
    {"", "_tests_only", read_tests_only},
};

}  // namespace

bool is_backend_name(std::string_view name) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && is_lower(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_lower(c) || (c >= '0' && c <= '9'); });
}

std::optional<BackendFieldName> parse_backend_field(std::string_view name) {
  std::optional<BackendFieldName> found;
  std::size_t longest = 0;
  for (const Pattern& pattern : patterns) {
    const std::size_t fixed = pattern.prefix.size() + pattern.suffix.size();
    if (name.size() <= fixed || fixed <= longest || !name.starts_with(pattern.prefix) ||
        !name.ends_with(pattern.suffix)) {
      continue;
    }
    const std::string_view backend = name.substr(pattern.prefix.size(), name.size() - fixed);
    if (!is_backend_name(backend)) continue;
    longest = fixed;
    found = {std::string(backend), static_cast<std::size_t>(&pattern - patterns)};
  }
  return found;
}

void read_backend_field(const BackendFieldName& name, const Field& field, BackendFields& fields) {
  patterns[name.which].read(field, fields);
}

std::vector<std::string> backend_field_names(std::string_view backend) {
  std::vector<std::string> names;
  for (const Pattern& pattern : patterns) {
    names.push_back(std::string(pattern.prefix).append(backend).append(pattern.suffix));
  }
  return names;
}

}  // namespace sharkreg::core
