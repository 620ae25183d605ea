// SPDX-License-Identifier: Apache-2.0
#include "virtual_terminal.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace sharkreg::core {

void VirtualTerminal::write(std::string_view text) {
  ++writes_;
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text[0]);
    std::size_t length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    if (text.starts_with("\x1b[")) {
      length = text.find_first_not_of("0123456789;", 2) + 1;
      REQUIRE(length > 0);
      control(text.substr(2, length - 3), text[length - 1]);
    } else if (byte == '\n') {
      new_line();
    } else if (byte == '\r') {
      column_ = 0;
    } else {
      REQUIRE(byte >= 0x20);
      put(text.substr(0, length));
    }
    text.remove_prefix(length);
  }
}

void VirtualTerminal::put(std::string_view character) {
  if (column_ == size_.columns) new_line();
  auto& line = lines_[row_];
  if (line.size() <= column_) line.resize(column_ + 1, " ");
  line[column_++] = character;
}

void VirtualTerminal::new_line() {
  ++row_;
  column_ = 0;
  if (row_ == lines_.size()) lines_.emplace_back();
}

void VirtualTerminal::control(std::string_view parameters, char final) {
  if (final == 'm') return;
  if (final == 'K') {
    REQUIRE(parameters == "2");
    lines_[row_].clear();
    return;
  }
  REQUIRE(final == 'A');
  REQUIRE(parameters.empty());
  const std::size_t top = lines_.size() > size_.rows ? lines_.size() - size_.rows : 0;
  REQUIRE_MESSAGE(row_ > top, "the cursor goes up beyond the window");
  --row_;
}

void VirtualTerminal::resize(std::size_t columns) {
  std::vector<std::vector<std::string>> broken;
  for (const auto& line : lines_) {
    std::size_t start = 0;
    do {
      const std::size_t end = std::min(line.size(), start + columns);
      broken.emplace_back(line.begin() + static_cast<std::ptrdiff_t>(start),
                          line.begin() + static_cast<std::ptrdiff_t>(end));
      start = end;
    } while (start < line.size());
  }
  row_ += broken.size() - lines_.size();
  lines_ = std::move(broken);
  size_.columns = columns;
}

std::vector<std::string> VirtualTerminal::lines() const {
  std::vector<std::string> result;
  for (const auto& line : lines_) {
    std::string text;
    for (const std::string& character : line) text += character;
    text.erase(text.find_last_not_of(' ') + 1);
    result.push_back(std::move(text));
  }
  while (!result.empty() && result.back().empty()) result.pop_back();
  return result;
}

}  // namespace sharkreg::core
