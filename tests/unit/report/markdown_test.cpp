// SPDX-License-Identifier: Apache-2.0
#include "report/markdown.h"

#include <doctest/doctest.h>

#include "approved.h"
#include "base/files.h"
#include "recorded.h"

namespace sharkreg::core {
namespace {

TEST_CASE("Markdown summaries are as approved") {
  for (const std::string& run : recorded_runs) {
    check_approved(run + ".summary.md", markdown_summary(view_of(recorded_events(run))));
  }
}

TEST_CASE("a summary keeps to its limit and ends with a count of what is missing") {
  const RunView view = view_of(recorded_events("all_verdicts"));
  const std::string whole = markdown_summary(view);
  for (std::size_t most = 0; most < whole.size() + 200; most += 37) {
    const std::string text = markdown_summary(view, most);
    REQUIRE(text.size() <= most);
    if (text.size() == whole.size() || most < 100) continue;
    REQUIRE(text.ends_with("do not fit into GitHub's limit.\n"));
  }
}

TEST_CASE("a run of thousands of bad steps fits into GitHub's limit") {
  std::vector<Event> events = large_run(40, 50, 1);
  for (Event& event : events) {
    if (auto* step = std::get_if<StepFinished>(&event)) {
      if (is_bad(step->verdict)) step->details.assign(100, std::string(60, '<'));
    }
  }
  const std::string text = markdown_summary(view_of(events));
  CHECK(text.size() <= largest_github_summary);
  CHECK(text.size() > largest_github_summary * 9 / 10);
}

TEST_CASE("a summary is appended to what is there, and both together keep to the limit") {
  auto directory = TemporaryDirectory::create(std::filesystem::temp_directory_path(), "markdown");
  REQUIRE(directory.has_value());
  const RunView view = view_of(recorded_events("all_verdicts"));
  const auto path = directory->path() / "sub" / "summary.md";
  REQUIRE(append_markdown_summary(path, view).has_value());
  CHECK(*read_file(path) == markdown_summary(view));
  REQUIRE(append_markdown_summary(path, view).has_value());
  CHECK(*read_file(path) == markdown_summary(view) + "\n" + markdown_summary(view));

  REQUIRE(write_file_atomically(path, std::string(largest_github_summary - 5000, 'x')).has_value());
  REQUIRE(append_markdown_summary(path, view).has_value());
  CHECK(std::filesystem::file_size(path) <= largest_github_summary);
  CHECK(read_file(path)->ends_with("do not fit into GitHub's limit.\n"));

  const auto refused = append_markdown_summary(directory->path(), view);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.ends_with(": Is a directory"));
}

}  // namespace
}  // namespace sharkreg::core
