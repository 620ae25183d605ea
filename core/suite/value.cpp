// SPDX-License-Identifier: Apache-2.0
#include "suite/value.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include <sharkreg/tensor.h>

#include "base/text.h"
#include "suite/diagnostics.h"

namespace sharkreg::core {
namespace {

// Runtimes take these, but nothing here knows how to compare their elements.
constexpr std::string_view input_only_types[] = {"index", "x8", "x16", "x32", "x64"};

constexpr std::string_view form = "dimensions and a type such as 1x64xi64";

// How runtimes write elements of less than a byte into a file is not settled, so neither are those.
bool can_be_compared(ElementType type) {
  return byte_size_of(type) != 0;
}

bool is_output(std::string_view type) {
  const auto known = element_type_from_name(type);
  return known && can_be_compared(*known);
}

bool is_input_only(std::string_view type) {
  if (element_type_from_name(type)) return !is_output(type);
  return std::find(std::begin(input_only_types), std::end(input_only_types), type) !=
         std::end(input_only_types);
}

std::vector<std::string> type_names(ValueUse use) {
  std::vector<std::string> names;
  for (const auto& type : element_types) {
    if (use != ValueUse::output || can_be_compared(type.type)) names.emplace_back(type.name);
  }
  if (use != ValueUse::output) {
    names.insert(names.end(), std::begin(input_only_types), std::end(input_only_types));
  }
  return names;
}

std::optional<ValueProblem> find_type_problem(std::string_view value, std::string_view type,
                                              ValueUse use) {
  if (is_output(type) || (use != ValueUse::output && is_input_only(type))) return std::nullopt;
  if (type.empty()) return ValueProblem{shown(value) + ", which has no type", std::string(form)};
  if (type.starts_with('?')) {
    return ValueProblem{shown(value) + ", which has a dimension of unknown size",
                        "numbers as dimensions; an .npy file carries its own shape"};
  }
  const std::vector<std::string> names = type_names(use);
  if (use == ValueUse::output && is_input_only(type)) {
    return ValueProblem{fmt::format("{}, whose type {} cannot be compared", shown(value), type),
                        "one of the types " + join(names, ", ")};
  }
  return ValueProblem{fmt::format("{}, where {} is no type", shown(value), shown(type)),
                      std::string(form) + did_you_mean(type, names)};
}

}  // namespace

std::optional<ValueProblem> find_value_problem(std::string_view value, ValueUse use) {
  const std::size_t equals = value.find('=');
  if (equals != std::string_view::npos && use != ValueUse::input_with_contents) {
    return ValueProblem{shown(value) + ", which has contents",
                        use == ValueUse::input
                            ? std::string(form) + "; the contents are those of the source"
                            : std::string(form) + "; expected numbers stand in a source"};
  }
  if (equals != std::string_view::npos && trim(value.substr(equals + 1)).empty()) {
    return ValueProblem{shown(value) + ", which has nothing behind \"=\"",
                        "contents such as 4xf32=1 2 3 4"};
  }

  std::string_view rest = value.substr(0, equals);
  std::uint64_t bytes = 16;  // no element is larger
  for (;;) {
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (digits == 0 || digits == rest.size() || rest[digits] != 'x') break;
    std::uint64_t dimension = 0;
    const auto parsed = std::from_chars(rest.data(), rest.data() + digits, dimension);
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (parsed.ec != std::errc() || (dimension != 0 && bytes > most / dimension)) {
      return ValueProblem{shown(value) + ", which is larger than any memory", std::string(form)};
    }
    bytes = std::max<std::uint64_t>(bytes * dimension, 1);
    rest.remove_prefix(digits + 1);
  }
  return find_type_problem(value, rest, use);
}

}  // namespace sharkreg::core
