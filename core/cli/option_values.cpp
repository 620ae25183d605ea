// SPDX-License-Identifier: Apache-2.0
#include "cli/option_values.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

// A number that is not negative, and what stands behind it.
std::optional<std::pair<double, std::string_view>> number_and_unit(std::string_view text) {
  double number = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (trouble != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return std::pair{number, text};
}

}  // namespace

std::optional<std::uint64_t> bytes_of(std::string_view text) {
  const auto parsed = number_and_unit(text);
  if (!parsed) return std::nullopt;
  auto [number, unit] = *parsed;
  if (!unit.empty() && (unit.back() == 'B' || unit.back() == 'b')) unit.remove_suffix(1);
  const bool binary = !unit.empty() && unit.back() == 'i';
  if (binary) unit.remove_suffix(1);
  constexpr std::string_view prefixes = "KMGTP";
  double factor = 1;
  if (!unit.empty()) {
    const char first = unit.front() == 'k' ? 'K' : unit.front();
    const std::size_t power = prefixes.find(first);
    if (unit.size() != 1 || power == std::string_view::npos) return std::nullopt;
    factor = std::pow(binary ? 1024.0 : 1000.0, static_cast<double>(power + 1));
  } else if (binary) {
    return std::nullopt;
  }
  const double bytes = number * factor;
  if (bytes > 9e18) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

std::optional<std::chrono::seconds> duration_of(std::string_view text) {
  const auto parsed = number_and_unit(text);
  if (!parsed) return std::nullopt;
  constexpr std::array<std::pair<std::string_view, double>, 5> units{
      {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}}};
  for (const auto& [unit, seconds] : units) {
    if (parsed->second != unit || parsed->first * seconds > 1e11) continue;
    return std::chrono::seconds(static_cast<std::int64_t>(parsed->first * seconds));
  }
  return std::nullopt;
}

Result<std::optional<std::uint64_t>> bytes_option(const Settings& settings,
                                                  const std::string& name) {
  if (settings.text(name).empty()) return std::optional<std::uint64_t>();
  const auto bytes = bytes_of(settings.text(name));
  if (!bytes) return wrong_value(settings, name, "a size such as 200G, 1.5Ti or 4096");
  return bytes;
}

Result<std::optional<std::chrono::seconds>> duration_option(const Settings& settings,
                                                            const std::string& name) {
  if (settings.text(name).empty()) return std::optional<std::chrono::seconds>();
  const auto time = duration_of(settings.text(name));
  if (!time) return wrong_value(settings, name, "a time such as 30d, 12h, 45m or 90s");
  return time;
}

Result<std::size_t> count_option(const Settings& settings, const std::string& name,
                                 std::size_t least, std::size_t most) {
  const double count = settings.number(name);
  if (count >= static_cast<double>(least) && count <= static_cast<double>(most) &&
      count == std::floor(count)) {
    return static_cast<std::size_t>(count);
  }
  return wrong_value(settings, name, fmt::format("a whole number from {} to {}", least, most));
}

Error wrong_value(const Settings& settings, const std::string& name, std::string_view expected) {
  return {ErrorKind::usage,
          fmt::format("{} is \"{}\"; expected {}", settings.all.at(name).place,
                      printable(settings.text(name)), expected),
          {}};
}

}  // namespace sharkreg::core
