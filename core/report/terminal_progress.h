// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "report/display.h"
#include "report/progress.h"
#include "report/screen.h"

namespace sharkreg::core {

// For people at a terminal: a few lines at the bottom, redrawn in place at most ten times a second,
// say what runs, for how long, and how far the run is. Steps that went wrong and notes scroll by
// above them. The cursor stays visible and the terminal in its mode, so there is nothing to be
// restored, whatever ends the program.
class TerminalProgress final : public Progress {
 public:
  // Screen and clock must outlive this object.
  TerminalProgress(Screen& screen, const Clock& clock, bool colour)
      : screen_(screen), clock_(clock), state_(clock), paint_(colour) {}

  void on(const Event& event) override;
  void refresh() override;
  Result<void> finish() override;

 private:
  std::vector<std::string> live_lines(const ScreenSize& size) const;
  std::string status_line(std::size_t width) const;
  std::string running_line(const ProgressState::Running& running, std::size_t width) const;
  std::string erase_drawn(std::size_t columns) const;
  void draw(bool with_live_lines);

  Screen& screen_;
  const Clock& clock_;
  ProgressState state_;
  Painter paint_;
  std::string above_;               // lines that wait for the next drawing
  std::vector<std::size_t> drawn_;  // widths of the live lines on the screen
  std::optional<std::chrono::steady_clock::time_point> drawn_at_;
};

}  // namespace sharkreg::core
