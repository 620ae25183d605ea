// SPDX-License-Identifier: Apache-2.0
#include "report/screen_text.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>

#include "base/text.h"

namespace sharkreg::core {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Unicode 15, by blocks: East Asian Width W or F, and emoji.
constexpr Range wide_ranges[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},   {0x2614, 0x2615},
    {0x26a1, 0x26a1},   {0x2705, 0x2705},   {0x274c, 0x274c},   {0x2e80, 0x303e},
    {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0xa4cf},   {0xa960, 0xa97f},
    {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff01, 0xff60},
    {0xffe0, 0xffe6},   {0x16fe0, 0x18cff}, {0x1b000, 0x1b2ff}, {0x1f300, 0x1f64f},
    {0x1f680, 0x1f6ff}, {0x1f900, 0x1faff}, {0x20000, 0x3fffd}};

// Combining marks, joiners and selectors.
constexpr Range narrowest_ranges[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd},  {0x064b, 0x065f}, {0x093a, 0x093c},
    {0x0941, 0x0948}, {0x0e31, 0x0e31}, {0x0e34, 0x0e3a},  {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff},
    {0x1dc0, 0x1dff}, {0x200b, 0x200d}, {0x2060, 0x2060},  {0x20d0, 0x20ff}, {0xfe00, 0xfe0f},
    {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0xe0100, 0xe01ef}};

// What printable() leaves: marks that change the direction of what follows, line separators, tags
// that cannot be seen, and what XML forbids.
constexpr Range harmful_ranges[] = {{0x061c, 0x061c}, {0x200e, 0x200f}, {0x2028, 0x202e},
                                    {0x2066, 0x2069}, {0xfffe, 0xffff}, {0xe0000, 0xe007f}};

bool is_in(std::uint32_t character, std::span<const Range> ranges) {
  const auto* found =
      std::lower_bound(ranges.data(), ranges.data() + ranges.size(), character,
                       [](const Range& range, std::uint32_t value) { return range.last < value; });
  return found != ranges.data() + ranges.size() && found->first <= character;
}

// Takes the first character off `text`, which is valid UTF-8 and not empty.
std::string_view take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const std::string_view character = text.substr(0, length);
  text.remove_prefix(character.size());
  return character;
}

std::uint32_t code_of(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return lead;
  std::uint32_t code = lead & (0xffU >> (character.size() + 1));
  for (const char byte : character.substr(1)) {
    code = code << 6U | (static_cast<unsigned char>(byte) & 0x3fU);
  }
  return code;
}

std::size_t width_of(std::string_view character) {
  const std::uint32_t code = code_of(character);
  if (is_in(code, narrowest_ranges)) return 0;
  return is_in(code, wide_ranges) ? 2 : 1;
}

// The length of the escape sequence (ECMA-48) that `text` starts with; 0: none.
std::size_t escape_length(std::string_view text) {
  if (text.size() < 2 || text[0] != '\x1b') return 0;
  const char kind = text[1];
  if (kind == '[') {
    const std::size_t end = text.find_first_not_of("0123456789:;<=>?!\"#$%&'()*+,-./ ", 2);
    return end == std::string_view::npos ? text.size() : end + 1;
  }
  // A string up to BEL or ESC \. Without an end on its line it is none.
  if (kind == ']' || kind == 'P' || kind == '_' || kind == '^' || kind == 'X') {
    const std::size_t end = text.find_first_of("\x07\x1b\n", 2);
    if (end == std::string_view::npos || text[end] == '\n') return 2;
    return end + (text[end] == '\x1b' && text.substr(end).starts_with("\x1b\\") ? 2 : 1);
  }
  const std::size_t last = text.find_first_not_of(" !\"#$%&'()*+,-./", 1);
  if (last == std::string_view::npos) return text.size();
  return text[last] >= '0' && text[last] <= '~' ? last + 1 : last;
}

std::string without_escapes(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = escape_length(text);
    if (length == 0) result += text.front();
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

// As many of the last characters as fit into `width`.
std::string_view tail_of(std::string_view text, std::size_t width) {
  std::size_t total = display_width(text);
  while (total > width) total -= width_of(take_character(text));
  return text;
}

// Text of which nothing can be harmful: most texts are.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char letter) { return letter >= ' ' && letter <= '~'; });
}

}  // namespace

std::string harmless(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  const std::string readable = printable(without_escapes(text));
  std::string result;
  for (std::string_view rest = readable; !rest.empty();) {
    const std::string_view character = take_character(rest);
    if (!is_in(code_of(character), harmful_ranges)) result += character;
  }
  return result;
}

std::string harmless_line(std::string_view text) {
  std::string result = harmless(text);
  std::replace_if(
      result.begin(), result.end(), [](char byte) { return byte == '\n' || byte == '\t'; }, ' ');
  return std::string(trim(result));
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += width_of(take_character(text));
  return width;
}

std::string cut(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::string result;
  std::size_t total = 1;  // of the "…"
  while (!text.empty()) {
    const std::string_view character = take_character(text);
    total += width_of(character);
    if (total > width) break;
    result += character;
  }
  return result + "…";
}

std::string cut_middle(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  const std::size_t head = width / 2;
  if (head == 0) return cut(text, width);
  return cut(text, head) + std::string(tail_of(text, width - head));
}

std::string padded(std::string_view text, std::size_t width) {
  std::string result(text);
  const std::size_t taken = display_width(text);
  if (taken < width) result.append(width - taken, ' ');
  return result;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  for (const std::string& word : split(text, ' ')) {
    if (word.empty()) continue;
    const std::size_t word_width = display_width(word);
    if (!line.empty() && word_width <= width && display_width(line) + 1 + word_width > width) {
      lines.push_back(std::move(line));
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

}  // namespace sharkreg::core
