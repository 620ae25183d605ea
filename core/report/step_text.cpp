// SPDX-License-Identifier: Apache-2.0
#include "report/step_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.h"
#include "report/baseline.h"
#include "report/screen_text.h"

namespace sharkreg::core {
namespace {

// Lines of a tool's own words. A tool may print without end, and the log has all of it.
constexpr std::size_t most_details = 20;
constexpr std::size_t most_columns = 500;  // of one of them

// "max_absolute_error" → "max absolute error".
std::string spoken(std::string_view metric) {
  std::string words = harmless_line(metric);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string element_text(const ElementRecord& element) {
  return fmt::format("at element {}: expected {}, got {}", element.index,
                     harmless_line(element.expected), harmless_line(element.actual));
}

// One line of it: an escape sequence that is not closed ends with its line.
std::string detail_line(std::string_view line) {
  std::string shown = harmless(line);
  std::replace(shown.begin(), shown.end(), '\t', ' ');
  return cut(shown, most_columns);
}

std::vector<std::string> detail_lines(const StepFinished& step) {
  std::vector<std::string> lines;
  std::size_t total = 0;
  for (const std::string& detail : step.details) {
    for (const std::string& line : split(detail, '\n')) {
      if (++total <= most_details) lines.push_back(detail_line(line));
    }
  }
  while (!lines.empty() && trim(lines.back()).empty()) lines.pop_back();
  if (total > most_details) {
    lines.resize(std::min(lines.size(), most_details - 1));
    lines.push_back(fmt::format("… and {} more lines", total - lines.size()));
  }
  return lines;
}

std::string expectation_text(const StepFinished& step) {
  if (step.reason.empty() && step.issue.empty()) return "";
  std::string text = "Expected to fail";
  if (!step.reason.empty()) text += ": " + harmless_line(step.reason);
  if (!step.issue.empty()) text += " (" + harmless_line(step.issue) + ")";
  return text;
}

}  // namespace

std::string case_name(std::string_view model, std::string_view submodel) {
  return harmless_line(model) + "/" + harmless_line(submodel);
}

std::string time_text(const StepFinished& step) {
  if (step.cached) return "cached";
  return step.seconds > 0 ? human_duration(step.seconds) : "";
}

std::string headline(const StepFinished& step, const Painter& paint) {
  std::string line = paint(colour_of(step.verdict), verdict_word(step.verdict)) + "  " +
                     case_name(step.model, step.submodel) + "  " + harmless_line(step.step);
  if (const std::string time = time_text(step); !time.empty()) line += "  " + time;
  return line;
}

std::vector<std::string> comparison_lines(const ComparisonRecord& comparison) {
  std::string first = harmless_line(comparison.name);
  if (!comparison.message.empty()) {
    first += ": " + harmless_line(comparison.message);
  } else if (comparison.mismatch_count) {
    first += fmt::format(": {} elements do not match", *comparison.mismatch_count);
  } else {
    first += ": does not match";
  }
  std::vector<std::string> lines{std::move(first)};
  if (comparison.worst) lines.push_back("  worst " + element_text(*comparison.worst));
  const bool is_elsewhere =
      !comparison.worst || !comparison.first || comparison.worst->index != comparison.first->index;
  if (comparison.first && is_elsewhere) {
    lines.push_back("  first " + element_text(*comparison.first));
  }
  std::vector<std::string> metrics;
  for (const auto& [name, value] : comparison.metrics) {
    if (value == 0) continue;  // such as counts of what did not occur
    metrics.push_back(spoken(name) + " " + number_text(value));
  }
  if (!metrics.empty()) lines.push_back("  " + join(metrics, ", "));
  if (!comparison.expected_file.empty() && !comparison.actual_file.empty()) {
    lines.push_back("  expected " + harmless_line(comparison.expected_file));
    lines.push_back("  actual   " + harmless_line(comparison.actual_file));
  }
  return lines;
}

bool needs_paragraph(const StepFinished& step) {
  return is_bad(step.verdict) && step.verdict != Verdict::not_run && !is_known_failure(step);
}

StepStory story_of(const StepFinished& step) {
  StepStory story;
  story.sentence = harmless_line(step.sentence);
  for (const ComparisonRecord& comparison : step.comparisons) {
    if (comparison.match) continue;
    const auto lines = comparison_lines(comparison);
    // With one output that differs, the step's sentence is what the comparator said of it.
    const bool said = lines.front() == story.sentence;
    story.differences.insert(story.differences.end(), lines.begin() + (said ? 1 : 0), lines.end());
  }
  story.details = detail_lines(step);
  story.expectation = expectation_text(step);
  story.hint = harmless_line(step.hint);
  for (const std::string& note : step.notes) story.notes.push_back(harmless_line(note));
  for (const std::string& finding : step.findings) {
    story.findings.push_back(harmless_line(finding));
  }
  story.log = harmless_line(step.log);
  story.repeat = harmless_line(step.repeat);
  return story;
}

std::string number_text(double number) {
  return fmt::format("{:.4g}", number);
}

}  // namespace sharkreg::core
