// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <algorithm>
#include <cmath>
#include <fnmatch.h>
#include <optional>

#include <fmt/format.h>

namespace sharkreg::core {
namespace {

constexpr std::string_view white_space = " \t\r\n\f\v";

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lower(c); });
  return result;
}

// Edits (insert, delete, replace, swap two neighbours) that turn one text into the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1,
                                             std::vector<std::size_t>(b.size() + 1, 0));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

// How far a candidate is from what was wanted; none if nobody would take one for the other.
std::optional<std::size_t> distance_between(std::string_view wanted, std::string_view candidate) {
  constexpr std::size_t longest = 200;  // a name, not a text: bounds the work
  if (wanted.empty() || wanted.size() > longest || candidate.size() > longest) return std::nullopt;
  const std::string a = lower(wanted);
  const std::string b = lower(candidate);
  const std::size_t distance = edit_distance(a, b);
  if (distance <= std::max<std::size_t>(1, a.size() / 3)) return distance;
  const bool begins = a.size() >= 2 && b.starts_with(a);
  const bool contains = a.size() >= 4 && b.find(a) != std::string::npos;
  const bool is_contained = b.size() >= 4 && a.find(b) != std::string::npos;
  if (begins || contains || is_contained) return distance;
  return std::nullopt;
}

// A character of a text in UTF-8, or one byte that does not belong to any.
struct Character {
  std::size_t size = 1;
  bool is_valid = false;
  char32_t code_point = 0;
};

Character character_at(std::string_view text, std::size_t position) {
  const auto byte = [&](std::size_t offset) {
    return static_cast<unsigned char>(text[position + offset]);
  };
  const unsigned first = byte(0);
  if (first < 0x80) return {1, true, first};
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || size > text.size() - position) return {};
  char32_t code_point = first & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0u) != 0x80u) return {};
    code_point = (code_point << 6) | (byte(i) & 0x3fu);
  }
  const bool overlong = code_point < (size == 4 ? 0x10000u : size == 3 ? 0x800u : 0x80u);
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (overlong || surrogate || code_point > 0x10ffff) return {};
  return {size, true, code_point};
}

// The length of the terminal's escape sequence that begins here with ESC: colours, cursor, titles.
std::size_t escape_sequence_length(std::string_view text) {
  if (text.size() < 2) return 1;
  std::size_t end = 2;
  if (text[1] == '[') {
    while (end < text.size() && text[end] >= 0x20 && text[end] < 0x40) ++end;
    return std::min(end + 1, text.size());
  }
  if (text[1] == ']') {
    while (end < text.size() && text[end] != '\a' && text[end] != '\x1b' && text[end] != '\n')
      ++end;
    if (end < text.size() && text[end] == '\a') return end + 1;
    return text.substr(end).starts_with("\x1b\\") ? end + 2 : end;
  }
  return 1;
}

bool is_control(char32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}

}  // namespace

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (std::size_t end = text.find(separator); end != std::string_view::npos;
       end = text.find(separator, start)) {
    parts.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  parts.emplace_back(text.substr(start));
  return parts;
}

std::string join(std::span<const std::string> texts, std::string_view separator) {
  return fmt::format("{}", fmt::join(texts, separator));
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

bool matches_glob(std::string_view text, std::string_view pattern) {
  return ::fnmatch(std::string(pattern).c_str(), std::string(text).c_str(), 0) == 0;
}

std::vector<std::string> nearest_names(std::string_view wanted,
                                       std::span<const std::string> candidates, std::size_t most) {
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& candidate : candidates) {
    const auto distance = distance_between(wanted, candidate);
    if (distance) near.emplace_back(*distance, candidate);
  }
  std::sort(near.begin(), near.end());
  near.erase(std::unique(near.begin(), near.end()), near.end());
  // Beside a good guess, a much worse one only confuses.
  const std::size_t best = near.empty() ? 0 : near.front().first;
  std::erase_if(near, [&](const auto& each) { return 2 * each.first > 3 * best; });
  near.resize(std::min(near.size(), most));
  std::vector<std::string> names;
  for (auto& [distance, name] : near) names.push_back(std::move(name));
  return names;
}

std::string did_you_mean(std::string_view wanted, std::span<const std::string> candidates) {
  const std::vector<std::string> names = nearest_names(wanted, candidates);
  if (names.empty()) return "";
  return fmt::format("; did you mean {}?", fmt::join(names, " or "));
}

std::string shell_quote(std::string_view text) {
  constexpr std::string_view harmless =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%";
  if (!text.empty() && text.find_first_not_of(harmless) == std::string_view::npos) {
    return std::string(text);
  }
  std::string quoted = "'";
  for (const char letter : text) {
    if (letter == '\'') {
      quoted += "'\\''";
    } else {
      quoted += letter;
    }
  }
  return quoted + "'";
}

bool is_valid_utf8(std::string_view text) {
  return valid_utf8_length(text) == text.size();
}

std::size_t valid_utf8_length(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size()) {
    const Character character = character_at(text, length);
    if (!character.is_valid) break;
    length += character.size;
  }
  return length;
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\x1b') {
      i += escape_sequence_length(text.substr(i));
      continue;
    }
    const Character character = character_at(text, i);
    if (!character.is_valid) {
      result += "\xef\xbf\xbd";
    } else if (!is_control(character.code_point) || text[i] == '\t' || text[i] == '\n') {
      result += text.substr(i, character.size);
    }
    i += character.size;
  }
  return result;
}

std::string human_duration(double seconds) {
  if (!(seconds > 0)) seconds = 0;
  if (seconds < 0.9995) return fmt::format("{:.0f} ms", seconds * 1e3);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(std::llround(std::min(seconds, 1e15)));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

std::string without_repetition(const std::string& step) {
  const std::size_t mark = step.rfind(" #");
  if (mark == std::string::npos) return step;
  const std::string_view number = std::string_view(step).substr(mark + 2);
  const bool is_number =
      !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
  return is_number ? step.substr(0, mark) : step;
}

}  // namespace sharkreg::core
