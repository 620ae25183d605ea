// SPDX-License-Identifier: Apache-2.0
#include "tolerance.h"

#include <string_view>

#include <sharkreg/failure.h>
#include <sharkreg/number.h>

namespace iree_threshold {
namespace {

using sharkreg::Failure;

struct NumberArgument {
  std::string_view name;
  double Tolerances::*member;
  std::string_view help;
};

constexpr NumberArgument number_arguments[] = {
    {"--expected_f16_threshold", &Tolerances::f16, "absolute tolerance of f16 (default 0.001)"},
    {"--expected_bf16_threshold", &Tolerances::bf16, "absolute tolerance of bf16 (default 0.01)"},
    {"--expected_f32_threshold", &Tolerances::f32, "absolute tolerance of f32 (default 0.0001)"},
    {"--expected_f64_threshold", &Tolerances::f64, "absolute tolerance of f64 (default 0.0001)"},
    {"--expected_rtol", &Tolerances::relative,
     "tolerance relative to the expected value, of all these types (default 1e-05)"},
};

constexpr std::string_view mode_name = "--equality_mode";

[[noreturn]] void refuse(const std::string& argument, const std::string& reason) {
  throw Failure(Failure::Kind::invalid, "the argument \"" + argument + "\" " + reason);
}

// The runtime takes any text here and reads what it cannot parse as 0; a typo would then quietly
// decide the verdict, so it is refused, and so is what no difference can be measured by.
double parse_number(const std::string& argument, std::string_view text) {
  if (!text.empty() && (text.back() == 'f' || text.back() == 'F')) text.remove_suffix(1);
  const std::optional<double> value = sharkreg::parse_number(text);
  if (!value || *value < 0) {
    refuse(argument, "needs a finite number that is not negative, such as 0.001 or 0.5f");
  }
  return *value;
}

bool parse_mode(const std::string& argument, std::string_view text) {
  if (text == "exact") return true;
  if (text == "approximate") return false;
  refuse(argument, "knows the modes exact and approximate");
}

void apply(const std::string& argument, Tolerances& tolerances) {
  const auto equals = argument.find('=');
  const std::string_view name = std::string_view(argument).substr(0, equals);
  const bool has_value = equals != std::string::npos;
  const std::string_view value =
      has_value ? std::string_view(argument).substr(equals + 1) : std::string_view();
  for (const auto& number : number_arguments) {
    if (name != number.name) continue;
    if (!has_value) refuse(argument, "needs a value: " + std::string(name) + "=NUMBER");
    tolerances.*number.member = parse_number(argument, value);
    return;
  }
  if (name == mode_name) {
    tolerances.exact = parse_mode(argument, value);
    return;
  }
  std::string known;
  for (const auto& number : number_arguments) known += std::string(number.name) + "=, ";
  throw Failure(Failure::Kind::invalid, "the argument \"" + argument + "\" is not known",
                "known are " + known + std::string(mode_name) + "=");
}

}  // namespace

Tolerance Tolerances::of(sharkreg::ElementType type) const {
  using sharkreg::ElementType;
  if (exact) return {true, 0, 0};
  switch (type) {
    case ElementType::f16:
      return {false, f16, relative};
    case ElementType::bf16:
      return {false, bf16, relative};
    case ElementType::f32:
      return {false, f32, relative};
    case ElementType::f64:
      return {false, f64, relative};
    default:
      return {true, 0, 0};
  }
}

std::vector<std::string> argument_help() {
  std::vector<std::string> help;
  for (const auto& number : number_arguments) {
    help.push_back(std::string(number.name) + "=NUMBER: " + std::string(number.help));
  }
  help.push_back(std::string(mode_name) +
                 "=exact|approximate: equal bytes, or equal within tolerances (default)");
  return help;
}

Tolerances parse_tolerances(const std::vector<std::string>& arguments) {
  Tolerances tolerances;
  for (const auto& argument : arguments) apply(argument, tolerances);
  return tolerances;
}

}  // namespace iree_threshold
