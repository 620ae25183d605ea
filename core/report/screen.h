// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace sharkreg::core {

struct ScreenSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

// What progress is written to. Tests have their own.
class Screen {
 public:
  virtual ~Screen() = default;

  // All of it, or as much as the other side takes: who reads a report may go away.
  virtual void write(std::string_view text) = 0;

  // Now: a terminal may change its size at any time.
  virtual ScreenSize size() const = 0;
};

// A terminal or any other file, by its descriptor, which stays open and is not closed.
class FileScreen final : public Screen {
 public:
  explicit FileScreen(int descriptor) : descriptor_(descriptor) {}

  void write(std::string_view text) override;

  // 80 x 24 for what is not a terminal, and for one that does not tell.
  ScreenSize size() const override;

 private:
  int descriptor_;
};

}  // namespace sharkreg::core
