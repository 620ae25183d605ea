// SPDX-License-Identifier: Apache-2.0
#include "report/display.h"

#include <set>

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

DisplayFacts terminal() {
  DisplayFacts facts;
  facts.is_terminal = true;
  facts.term.emplace("xterm-256color");
  return facts;
}

void check(const DisplayFacts& facts, bool live, bool colour) {
  const Display display = decide_display(facts);
  CHECK(display.live == live);
  CHECK(display.colour == colour);
}

TEST_CASE("a terminal has live lines and colours") {
  check(terminal(), true, true);
}

TEST_CASE("a file has neither") {
  DisplayFacts facts = terminal();
  facts.is_terminal = false;
  check(facts, false, false);
  facts.colour = ColourChoice::always;
  check(facts, false, true);
}

TEST_CASE("NO_COLOR takes the colours, unless it is empty") {
  DisplayFacts facts = terminal();
  facts.no_color.emplace("1");
  check(facts, true, false);
  facts.no_color.emplace("0");
  check(facts, true, false);
  facts.no_color.emplace("");
  check(facts, true, true);
}

TEST_CASE("a terminal that cannot move its cursor is like a file") {
  DisplayFacts facts = terminal();
  facts.term.emplace("dumb");
  check(facts, false, false);
  facts.term.emplace("");
  check(facts, false, false);
  facts.term.reset();
  check(facts, false, false);
}

TEST_CASE("CI is like a file, even where it has a terminal") {
  DisplayFacts facts = terminal();
  facts.ci.emplace("true");
  check(facts, false, false);
  facts.ci.emplace("1");
  check(facts, false, false);
  for (const char* no : {"", "0", "false"}) {
    facts.ci.emplace(no);
    check(facts, true, true);
  }
}

TEST_CASE("what the user says goes before all") {
  DisplayFacts facts = terminal();
  facts.no_color.emplace("1");
  facts.ci.emplace("true");
  facts.colour = ColourChoice::always;
  check(facts, false, true);
  facts = terminal();
  facts.colour = ColourChoice::never;
  check(facts, true, false);
}

TEST_CASE("choices have names") {
  CHECK(colour_choice_from_name("auto") == ColourChoice::automatic);
  CHECK(colour_choice_from_name("always") == ColourChoice::always);
  CHECK(colour_choice_from_name("never") == ColourChoice::never);
  CHECK_FALSE(colour_choice_from_name("sometimes").has_value());
}

TEST_CASE("a painter puts the terminal back after each text") {
  CHECK(Painter(true)(Colour::green, "pass") == "\x1b[32mpass\x1b[0m");
  CHECK(Painter(true)(Colour::none, "pass") == "pass");
  CHECK(Painter(true)(Colour::green, "").empty());
  CHECK(Painter(false)(Colour::green, "pass") == "pass");
}

TEST_CASE("verdicts differ by their words, not by colour alone") {
  std::set<std::string> words;
  for (std::size_t index = 0; index < verdict_names.size(); ++index) {
    words.insert(verdict_word(static_cast<Verdict>(index)));
  }
  CHECK(words.size() == verdict_names.size());
  CHECK(words.contains("COMPILE-ERROR"));
}

}  // namespace
}  // namespace sharkreg::core
