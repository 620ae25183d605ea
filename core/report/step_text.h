// SPDX-License-Identifier: Apache-2.0
// How all reports put a finished step into words. All of it is harmless_line() text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/display.h"
#include "report/event.h"

namespace sharkreg::core {

// "magika/file_type"; for a case, or any event about a step.
std::string case_name(std::string_view model, std::string_view submodel);

// "1.9 s", "cached"; empty if there is nothing to say.
std::string time_text(const StepFinished& step);

// "FAIL  magika/file_type  run cpu  1.9 s".
std::string headline(const StepFinished& step, const Painter& paint);

// Lines about one compared output that does not match: how far off, where it is worst, where it
// begins. Those that continue the first start with two spaces.
std::vector<std::string> comparison_lines(const ComparisonRecord& comparison);

// Is to be described at length: something went wrong with this very step, and that is news.
bool needs_paragraph(const StepFinished& step);

// What there is to say about a step. Members are empty where there is nothing.
struct StepStory {
  std::string sentence;
  std::vector<std::string> differences;  // comparison_lines() of the outputs that do not match
  std::vector<std::string> details;      // the tool's own words, with their indentation
  std::string expectation;               // "Expected to fail: REASON (ISSUE)"
  std::string hint;
  std::vector<std::string> notes;
  std::vector<std::string> findings;
  std::string log;
  std::string repeat;
};
StepStory story_of(const StepFinished& step);

// "1e-05", "0.37": as many digits as tell something.
std::string number_text(double number);

}  // namespace sharkreg::core
