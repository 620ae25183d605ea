// SPDX-License-Identifier: Apache-2.0
#include "report/markdown.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "report/baseline.h"
#include "report/screen_text.h"
#include "report/step_table.h"
#include "report/step_text.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t most_rows = 200;
constexpr std::size_t most_names = 6;

// Inside of HTML. A line that is empty in the source would end the block, so it gets an entity.
std::string html_text(std::string_view text) {
  std::string result;
  bool at_start = true;
  for (const char byte : text) {
    if (byte == '\n' && at_start) result += "&#32;";
    at_start = byte == '\n';
    if (byte == '&') {
      result += "&amp;";
    } else if (byte == '<') {
      result += "&lt;";
    } else if (byte == '>') {
      result += "&gt;";
    } else {
      result += byte;
    }
  }
  return result;
}

// In running text and in cells of a table: what it says is what is shown.
std::string markdown_text(std::string_view text) {
  std::string result;
  for (const char byte : html_text(text)) {
    if (std::string_view("\\`*_[]|~$#").find(byte) != std::string_view::npos) result += '\\';
    result += byte;
  }
  return result;
}

std::string_view sign_of(Verdict verdict) {
  switch (colour_of(verdict)) {
    case Colour::green:
      return "✅";
    case Colour::red:
      return "❌";
    case Colour::yellow:
      return "⚠️";
    default:
      return "➖";
  }
}

std::string title(const RunView& view) {
  std::string text;
  if (!view.finished) {
    text = "### ❌ sharkreg was killed before the run came to its end\n\n";
  } else {
    text = fmt::format("### {} sharkreg: {}\n\n", view.finished->exit_status == 0 ? "✅" : "❌",
                       markdown_text(harmless_line(view.finished->conclusion)));
  }
  text += view.tally.sentence();
  if (view.finished) text += " in " + human_duration(view.finished->seconds);
  return text + ".\n";
}

std::string cell_text(const StepFinished* step) {
  if (!step) return "";
  std::string text = fmt::format("{} {}", sign_of(step->verdict), name_of(step->verdict));
  if (const std::string time = time_text(*step); !time.empty()) text += " " + time;
  return text;
}

std::string table(const RunView& view) {
  const StepTable table = table_of(view, most_rows);
  if (table.rows.empty()) return "";
  std::string text = "\n| submodel |";
  std::string rule = "| :-- |";
  for (const auto& column : table.columns) {
    const std::string name =
        column.group.empty() ? column.stage : column.stage + " " + column.group;
    text += fmt::format(" {} |", markdown_text(name));
    rule += " :-- |";
  }
  text += fmt::format("\n{}\n", rule);
  for (const auto& row : table.rows) {
    text += fmt::format("| {} |", markdown_text(row.name));
    for (const StepFinished* step : row.cells) text += fmt::format(" {} |", cell_text(step));
    text += "\n";
  }
  const std::string hidden = hidden_rows_text(table);
  return hidden.empty() ? text : fmt::format("{}\n{}\n", text, hidden);
}

std::string explanations(const RunView& view) {
  std::string text;
  for (const StepGroup& group : explained_steps(view)) {
    text += fmt::format("- {} **{}** {}", sign_of(group.verdict), name_of(group.verdict),
                        markdown_text(named(group.steps, most_names)));
    if (!group.sentence.empty()) text += ": " + markdown_text(group.sentence);
    for (const std::string& line : group.details) {
      text += "<br>" + markdown_text(harmless_line(line));
    }
    text += "\n";
  }
  return text.empty() ? "" : "\n" + text;
}

std::string standings(const RunView& view) {
  const auto lists = standings_of(view);
  if (!lists) return "";
  std::string text = fmt::format("\nAgainst the baseline {}:\n\n",
                                 markdown_text(harmless_line(view.started->baseline)));
  const auto add = [&](std::string_view sign, const std::string& what,
                       const std::vector<std::string>& steps) {
    if (steps.empty()) return;
    text += fmt::format("- {} **{}**: {}\n", sign, what, markdown_text(named(steps, most_names)));
  };
  const auto count = [](const std::vector<std::string>& steps) { return std::ssize(steps); };
  add("❌", counted(count(lists->new_failures), "new failure"), lists->new_failures);
  add("⚠️", counted(count(lists->known_failures), "known failure"), lists->known_failures);
  add("✅", fmt::format("{} fixed", count(lists->fixed)), lists->fixed);
  add("➖", fmt::format("{} not in it", count(lists->absent)), lists->absent);
  const bool is_same = lists->new_failures.empty() && lists->known_failures.empty() &&
                       lists->fixed.empty() && lists->absent.empty();
  return is_same ? text + "- nothing has changed\n" : text;
}

std::string findings(const RunView& view) {
  std::string text;
  for (const std::string& finding : findings_of_steps(view)) {
    text += "- ❌ **finding** " + markdown_text(finding) + "\n";
  }
  return text.empty() ? "" : "\n" + text;
}

std::string notes(const RunView& view) {
  std::string text;
  for (const std::string& note : view.notes) {
    text += "- note: " + markdown_text(harmless_line(note)) + "\n";
  }
  for (const NoteGroup& group : notes_of_steps(view)) {
    text += fmt::format("- note: {} ({})\n", markdown_text(group.note),
                        markdown_text(named(group.steps, most_names)));
  }
  return text.empty() ? "" : "\n" + text;
}

std::string block(const StepFinished& step) {
  const StepStory story = story_of(step);
  std::string text = fmt::format("\n<details>\n<summary>{} <b>{}</b> {} <b>{}</b></summary>\n",
                                 sign_of(step.verdict), name_of(step.verdict),
                                 html_text(case_name(step.model, step.submodel)),
                                 html_text(harmless_line(step.step)));
  const auto add_line = [&](std::string_view before, const std::string& line) {
    if (!line.empty()) text += fmt::format("<p>{}{}</p>\n", before, html_text(line));
  };
  const auto add_code = [&](const std::vector<std::string>& lines) {
    if (!lines.empty()) text += "<pre>" + html_text(join(lines, "\n")) + "</pre>\n";
  };
  add_line("", story.sentence);
  add_code(story.differences);
  add_code(story.details);
  add_line("", story.expectation);
  for (const std::string& note : story.notes) add_line("Note: ", note);
  add_line("Hint: ", story.hint);
  add_line("Log: ", story.log);
  if (!story.repeat.empty()) {
    add_line("To repeat it:", " ");
    add_code({story.repeat});
  }
  return text + "</details>\n";
}

Error cannot_append(const std::filesystem::path& path, int number) {
  return {ErrorKind::infrastructure,
          "cannot append the summary to " + path.string() + ": " + std::strerror(number), ""};
}

Result<void> append(int descriptor, const std::filesystem::path& path, const RunView& view) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return cannot_append(path, errno);
  const auto taken = static_cast<std::size_t>(status.st_size);
  std::string text = taken == 0 ? "" : "\n";
  text += markdown_summary(view,
                           taken < largest_github_summary ? largest_github_summary - taken - 1 : 0);
  for (std::string_view left = text; !left.empty();) {
    const ssize_t written = ::write(descriptor, left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return cannot_append(path, errno);
    }
  }
  return {};
}

}  // namespace

std::string markdown_summary(const RunView& view, std::size_t most) {
  std::vector<std::string> pieces{title(view), table(view), standings(view), findings(view),
                                  explanations(view)};
  for (const CaseView& place : view.cases) {
    for (const StepFinished& step : place.steps) {
      if (needs_paragraph(step)) pieces.push_back(block(step));
    }
  }
  pieces.push_back(notes(view));

  constexpr std::size_t farewell = 100;  // bytes kept for the sentence about what is left out
  std::string text;
  std::size_t left_out = 0;
  for (const std::string& piece : pieces) {
    // Once something is left out all that follows is, so that the report has an end, not holes.
    if (left_out == 0 && text.size() + piece.size() + farewell <= most) {
      text += piece;
    } else {
      ++left_out;
    }
  }
  if (left_out > 0 && most >= farewell) {
    text += fmt::format("\n{} more parts do not fit into GitHub's limit.\n", left_out);
  }
  return text;
}

Result<void> append_markdown_summary(const std::filesystem::path& path, const RunView& view) {
  if (path.has_parent_path()) {
    if (auto made = make_directories(path.parent_path()); !made) return made.error();
  }
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) return cannot_append(path, errno);
  Result<void> result = append(descriptor, path, view);
  if (::close(descriptor) != 0 && result) result = cannot_append(path, errno);
  return result;
}

}  // namespace sharkreg::core
