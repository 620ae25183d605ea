// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "report/screen.h"

namespace sharkreg::core {

// What a terminal shows after all that was written to it: lines, wrapping, scrolling, the cursor
// going up and to the start of a line, lines being erased, colours (which it drops). Whatever
// else reaches it is a failure of the test. Each character takes one column.
class VirtualTerminal final : public Screen {
 public:
  VirtualTerminal(std::size_t columns, std::size_t rows) : size_{columns, rows} {}

  void write(std::string_view text) override;
  ScreenSize size() const override { return size_; }

  // Makes the window narrower or wider. Lines that are too long now are broken, as most terminals
  // do it.
  void resize(std::size_t columns);

  // All lines since the beginning, those scrolled out of sight too, without spaces at their ends
  // and empty lines at the end.
  std::vector<std::string> lines() const;

  std::size_t writes() const { return writes_; }

 private:
  void put(std::string_view character);
  void control(std::string_view parameters, char final);
  void new_line();

  ScreenSize size_;
  std::vector<std::vector<std::string>> lines_{1};  // of characters
  std::size_t row_ = 0;
  std::size_t column_ = 0;
  std::size_t writes_ = 0;
};

}  // namespace sharkreg::core
