// SPDX-License-Identifier: Apache-2.0
#include "report/summary.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "report/baseline.h"
#include "report/display.h"
#include "report/screen_text.h"
#include "report/step_table.h"
#include "report/step_text.h"

namespace sharkreg::core {
namespace {

// Beyond these a screen is no place for a report; results.jsonl has all.
constexpr std::size_t most_rows = 40;
constexpr std::size_t most_paragraphs = 25;
constexpr std::size_t most_names = 4;
constexpr std::size_t least_width = 20;

class Summary {
 public:
  Summary(const RunView& view, const SummaryOptions& options)
      : view_(view), options_(options), paint_(options.colour) {
    options_.width = std::max(options_.width, least_width);
  }

  std::string text() {
    add_table();
    add_paragraphs();
    add_findings();
    add_explanations();
    add_standings();
    add_notes();
    add_end();
    return std::move(text_);
  }

 private:
  void add_table() {
    const StepTable table = table_of(view_, most_rows);
    text_ += table_text(table, options_.width, paint_);
    add_sentence("", hidden_rows_text(table));
  }

  void add_paragraphs() {
    std::size_t left_out = 0;
    std::size_t shown = 0;
    for (const CaseView& place : view_.cases) {
      for (const StepFinished& step : place.steps) {
        if (!needs_paragraph(step)) continue;
        if (shown == most_paragraphs) {
          ++left_out;
        } else {
          add_paragraph(step);
          ++shown;
        }
      }
    }
    if (left_out == 0) return;
    begin_block();
    add_sentence("", fmt::format("… and {} more steps that went wrong.", left_out));
  }

  void add_paragraph(const StepFinished& step) {
    const StepStory story = story_of(step);
    begin_block();
    text_ += headline(step, paint_) + "\n";
    add_sentence("  ", story.sentence);
    for (const std::string& line : story.differences) {
      // Its own indentation says what continues what.
      const bool continues = line.starts_with("  ");
      add_sentence(continues ? "      " : "    ", line);
    }
    for (const std::string& line : story.details) {
      text_ += paint_(Colour::dim, "  | ") + line + "\n";
    }
    add_sentence("  ", story.expectation);
    for (const std::string& note : story.notes) add_sentence("  ", "note: " + note);
    if (!story.hint.empty()) add_sentence("  ", "hint: " + story.hint);
    if (!story.log.empty()) text_ += "  log: " + story.log + "\n";
    if (!story.repeat.empty()) text_ += "  repeat: " + story.repeat + "\n";
  }

  void add_findings() {
    const auto findings = findings_of_steps(view_);
    if (!findings.empty()) begin_block();
    for (const std::string& finding : findings) {
      add_sentence("", "FINDING  " + finding, "  ");
    }
  }

  void add_explanations() {
    const auto groups = explained_steps(view_);
    if (!groups.empty()) begin_block();
    for (const StepGroup& group : groups) {
      text_ += paint_(colour_of(group.verdict), verdict_word(group.verdict)) + "  ";
      const std::string names = named(group.steps, most_names);
      const auto lines = wrapped(names, options_.width - verdict_word(group.verdict).size() - 2);
      text_ += join(lines, "\n    ") + "\n";
      add_sentence("  ", group.sentence);
      for (const std::string& line : group.details) {
        text_ += paint_(Colour::dim, "  | ") + line + "\n";
      }
    }
  }

  void add_standings() {
    const auto lists = standings_of(view_);
    if (!lists) return;
    begin_block();
    add_sentence("", "Against the baseline " + harmless_line(view_.started->baseline) + ":", "  ");
    const auto add = [&](const std::string& what, const std::vector<std::string>& steps) {
      const std::string names = steps.empty() ? "" : ": " + named(steps, most_names);
      add_sentence("  ", what + names, "    ");
    };
    const auto count = [](const std::vector<std::string>& steps) { return std::ssize(steps); };
    add(counted(count(lists->new_failures), "new failure"), lists->new_failures);
    add(counted(count(lists->known_failures), "known failure"), lists->known_failures);
    add(fmt::format("{} fixed", count(lists->fixed)), lists->fixed);
    if (!lists->absent.empty()) {
      add(fmt::format("{} not in it", count(lists->absent)), lists->absent);
    }
  }

  void add_notes() {
    const auto groups = notes_of_steps(view_);
    if (!view_.notes.empty() || !groups.empty()) begin_block();
    for (const std::string& note : view_.notes) {
      add_sentence("", "note: " + harmless_line(note), "  ");
    }
    for (const NoteGroup& group : groups) {
      add_sentence("", "note: " + group.note + " (" + named(group.steps, most_names) + ")", "  ");
    }
  }

  void add_end() {
    begin_block();
    if (!view_.finished) {
      add_sentence("", "The run did not come to its end: sharkreg was killed.");
    } else if (view_.finished->exit_status != 0) {
      add_sentence("", fmt::format("Exit status {}: {}", view_.finished->exit_status,
                                   harmless_line(view_.finished->conclusion)));
    }
    std::string line = view_.tally.sentence();
    if (view_.finished) line += " in " + human_duration(view_.finished->seconds);
    if (!options_.results_file.empty())
      line += "; results: " + harmless_line(options_.results_file);
    text_ += line + "\n";
  }

  void begin_block() {
    if (!text_.empty()) text_ += "\n";
  }

  // Wrapped; the first line behind `indent`, those that follow behind `hanging` more.
  void add_sentence(const std::string& indent, const std::string& sentence,
                    const std::string& hanging = "") {
    const std::size_t room = options_.width - indent.size() - hanging.size();
    std::string before = indent;
    for (const std::string& line : wrapped(sentence, room)) {
      text_ += before + line + "\n";
      before = indent + hanging;
    }
  }

  const RunView& view_;
  SummaryOptions options_;
  Painter paint_;
  std::string text_;
};

}  // namespace

std::string summary_text(const RunView& view, const SummaryOptions& options) {
  return Summary(view, options).text();
}

}  // namespace sharkreg::core
