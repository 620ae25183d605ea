// SPDX-License-Identifier: Apache-2.0
#include "report/summary.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "approved.h"
#include "base/text.h"
#include "recorded.h"
#include "report/screen_text.h"
#include "report/step_table.h"

namespace sharkreg::core {
namespace {

std::string summary_of(const std::vector<Event>& events, std::size_t width, bool colour = false) {
  SummaryOptions options;
  options.width = width;
  options.colour = colour;
  options.results_file = "/home/ada/.cache/sharkreg/runs/20260203-040506-1a2b/results.jsonl";
  return summary_text(view_of(events), options);
}

TEST_CASE("summaries are as approved") {
  for (const std::string& run : recorded_runs) {
    for (const std::size_t width : {std::size_t{40}, std::size_t{80}, std::size_t{200}}) {
      check_approved(fmt::format("{}.summary_{}.txt", run, width),
                     summary_of(recorded_events(run), width));
    }
  }
  check_approved("all_verdicts.summary_colour.txt",
                 summary_of(recorded_events("all_verdicts"), 100, true));
}

TEST_CASE("large runs stay readable") {
  check_approved("large_10x1.summary_80.txt", summary_of(large_run(10, 1, 5), 80));
  check_approved("large_10x1.summary_200.txt", summary_of(large_run(10, 1, 5), 200));
  check_approved("large_10x6.summary_200.txt", summary_of(large_run(10, 6, 20), 200));
}

TEST_CASE("a run of hundreds of bad steps does not flood the screen") {
  const std::string text = summary_of(large_run(30, 30, 1), 200);
  CHECK(split(text, '\n').size() < 200);
  CHECK(text.find("Not in the table: 860 submodels with a bad step.") != std::string::npos);
  CHECK(text.find("… and 875 more steps that went wrong.") != std::string::npos);
}

TEST_CASE("tables keep to their width") {
  const RunView view = view_of(large_run(3, 2, 3));
  for (std::size_t width = 30; width < 260; ++width) {
    const std::string text = table_text(table_of(view, 40), width, Painter(false));
    for (const std::string& line : split(text, '\n')) {
      CAPTURE(line);
      REQUIRE(display_width(line) <= width);
    }
  }
}

TEST_CASE("nothing that tools print acts on the terminal") {
  const std::string text = summary_of(recorded_events("hostile"), 80);
  CHECK(harmless(text) == text);
}

TEST_CASE("of what a tool says only the beginning is shown") {
  StepFinished step = finished_step("m", "s", "compile cpu", Verdict::compile_error);
  step.details = {std::string(600, 'x'), "second\nthird", "\tfourth"};
  step.details.resize(2000, "more");
  const auto lines = split(summary_of({step}, 80), '\n');
  const auto first = std::find(lines.begin(), lines.end(), "  | second");
  REQUIRE(first != lines.end());
  CHECK(first[-1] == "  | " + std::string(499, 'x') + "…");
  CHECK(first[1] == "  | third");
  CHECK(first[2] == "  |  fourth");
  CHECK(first[17] == "  | more");
  CHECK(first[18] == "  | … and 1982 more lines");
}

TEST_CASE("a run without any step has an end too") {
  CHECK(summary_text(view_of({}), {}) ==
        "The run did not come to its end: sharkreg was killed.\n0 steps: none judged\n");
}

}  // namespace
}  // namespace sharkreg::core
