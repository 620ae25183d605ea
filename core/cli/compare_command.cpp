// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "base/text.h"
#include "base/verdict.h"
#include "cli/commands.h"
#include "cli/compatibility.h"
#include "judge/comparison.h"
#include "suite/tensor_format.h"

namespace sharkreg::core {
namespace {

void print_element(const char* title, const std::optional<ComparedElement>& element) {
  if (!element) return;
  fmt::print("{:<26}index {}: expected {}, actual {}\n", title, element->index, element->expected,
             element->actual);
}

void print_comparison(const Comparison& comparison) {
  for (const auto& [name, value] : comparison.metrics) fmt::print("{:<26}{}\n", name, value);
  if (comparison.mismatch_count) {
    fmt::print("{:<26}{}\n", "mismatch_count", *comparison.mismatch_count);
  }
  print_element("first_mismatch", comparison.first);
  print_element("worst", comparison.worst);
}

int exit_status_of(ComparisonOutcome::Kind kind) {
  switch (kind) {
    case ComparisonOutcome::Kind::match:
      return exit_fine;
    case ComparisonOutcome::Kind::mismatch:
    case ComparisonOutcome::Kind::different_type:
      return exit_bad_verdict;
    case ComparisonOutcome::Kind::invalid:
      return exit_usage;
    case ComparisonOutcome::Kind::infrastructure:
      break;
  }
  return exit_infrastructure;
}

}  // namespace

Result<int> compare_command(Context& context) {
  const std::vector<std::string>& files = context.positional();
  if (files.size() != 2) {
    return Error{ErrorKind::usage, fmt::format("compare takes two files, not {}", files.size()),
                 "sharkreg compare EXPECTED ACTUAL --value=8xf32"};
  }
  for (const std::string& file : files) {
    std::error_code error;
    if (std::filesystem::is_regular_file(file, error)) continue;
    const bool exists = std::filesystem::exists(file, error);
    return Error{ErrorKind::usage,
                 fmt::format("cannot compare \"{}\": {}", file,
                             exists ? "it is not a file" : "there is no such file"),
                 {}};
  }
  ComparisonRequest request;
  request.expected_file = files[0];
  request.expected_format = tensor_format_of(request.expected_file);
  request.expected_value = context.settings().text("value");
  request.actual_file = files[1];
  request.actual_format = tensor_format_of(request.actual_file);
  for (const std::string& arguments : context.settings().texts("args")) {
    for (std::string& argument : split(arguments, ' ')) {
      if (!argument.empty()) request.arguments.push_back(std::move(argument));
    }
  }
  std::string name = context.settings().text("comparator");
  if (name.empty()) name = compatibility::default_comparator;
  const auto comparator = context.registry().comparator(name);
  if (!comparator) return comparator.error();

  const ComparisonOutcome outcome = compare_tensors(request, **comparator);
  const int status = exit_status_of(outcome.kind);
  if (status == exit_usage || status == exit_infrastructure) {
    return Error{status == exit_usage ? ErrorKind::invalid : ErrorKind::infrastructure,
                 outcome.sentence, outcome.hint};
  }
  fmt::print("{}\n", status == exit_fine ? "match" : "mismatch: " + outcome.sentence);
  if (outcome.comparison) print_comparison(*outcome.comparison);
  return status;
}

}  // namespace sharkreg::core
