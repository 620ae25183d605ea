// SPDX-License-Identifier: Apache-2.0
#include "report/display.h"

#include <algorithm>

namespace sharkreg::core {
namespace {

bool is_set(const std::optional<std::string>& variable) {
  return variable && !variable->empty();
}

// Some people write CI=false to be treated as at home.
bool is_true(const std::optional<std::string>& variable) {
  return is_set(variable) && *variable != "false" && *variable != "0";
}

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::green:
      return "\x1b[32m";
    case Colour::red:
      return "\x1b[1;31m";
    case Colour::yellow:
      return "\x1b[33m";
    case Colour::cyan:
      return "\x1b[36m";
    case Colour::bold:
      return "\x1b[1m";
    case Colour::dim:
      return "\x1b[2m";
    case Colour::none:
      break;
  }
  return "";
}

}  // namespace

std::optional<ColourChoice> colour_choice_from_name(std::string_view name) {
  if (name == "auto") return ColourChoice::automatic;
  if (name == "always") return ColourChoice::always;
  if (name == "never") return ColourChoice::never;
  return std::nullopt;
}

Display decide_display(const DisplayFacts& facts) {
  Display display;
  const bool can_move = is_set(facts.term) && *facts.term != "dumb";
  display.live = facts.is_terminal && can_move && !is_true(facts.ci);
  switch (facts.colour) {
    case ColourChoice::always:
      display.colour = true;
      break;
    case ColourChoice::never:
      break;
    case ColourChoice::automatic:
      display.colour = display.live && !is_set(facts.no_color);
      break;
  }
  return display;
}

std::string Painter::operator()(Colour colour, std::string_view text) const {
  if (!colour_ || colour == Colour::none || text.empty()) return std::string(text);
  std::string painted(code_of(colour));
  painted += text;
  painted += "\x1b[0m";
  return painted;
}

Colour colour_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
    case Verdict::xfail:
      return Colour::green;
    case Verdict::xpass:
    case Verdict::no_golden:
    case Verdict::not_run:
      return Colour::yellow;
    case Verdict::skip:
    case Verdict::blocked:
    case Verdict::unavailable:
      return Colour::cyan;
    default:
      return Colour::red;
  }
}

std::string verdict_word(Verdict verdict) {
  std::string word(name_of(verdict));
  std::transform(word.begin(), word.end(), word.begin(), [](char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  });
  return word;
}

}  // namespace sharkreg::core
