// SPDX-License-Identifier: Apache-2.0
// How a report may show itself, and the look of verdicts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/verdict.h"

namespace sharkreg::core {

enum class ColourChoice { automatic, always, never };

// "auto", "always" or "never".
std::optional<ColourChoice> colour_choice_from_name(std::string_view name);

// What decides. The values of environment variables are absent when they are not set.
struct DisplayFacts {
  ColourChoice colour = ColourChoice::automatic;  // --color
  bool is_terminal = false;                       // the file that is written to
  std::optional<std::string> no_color;            // NO_COLOR
  std::optional<std::string> term;                // TERM
  std::optional<std::string> ci;                  // CI
};

struct Display {
  bool live = false;  // redraw lines in place; else write each line once
  bool colour = false;
};

// Live only on a terminal that can move its cursor, and not in CI, whose logs keep every redraw.
// Colour by the same rule and without NO_COLOR; --color=always and --color=never go before all.
Display decide_display(const DisplayFacts& facts);

enum class Colour { none, green, red, yellow, cyan, bold, dim };

// Colours text, or leaves it alone. Nothing is said by colour alone.
class Painter {
 public:
  explicit Painter(bool colour) : colour_(colour) {}
  std::string operator()(Colour colour, std::string_view text) const;

 private:
  bool colour_;
};

// Green: as it should be; red: bad; yellow: look at it; cyan: not judged.
Colour colour_of(Verdict verdict);

// "PASS", "COMPILE-ERROR".
std::string verdict_word(Verdict verdict);

}  // namespace sharkreg::core
