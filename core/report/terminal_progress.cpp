// SPDX-License-Identifier: Apache-2.0
#include "report/terminal_progress.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "report/screen_text.h"
#include "report/step_text.h"

namespace sharkreg::core {
namespace {

using namespace std::chrono_literals;

constexpr auto shortest_interval = 100ms;
constexpr std::size_t most_running_lines = 8;

// A live line must not reach the last column: terminals differ in what they do there.
std::size_t usable_columns(const ScreenSize& size) {
  return std::max<std::size_t>(size.columns, 11) - 1;
}

// Counts of long runs without jitter: "340 ms" and "1.23 s" would jump about ten times a second.
std::string elapsed_text(double seconds) {
  return seconds < 60 ? fmt::format("{:.1f} s", seconds) : human_duration(seconds);
}

}  // namespace

void TerminalProgress::on(const Event& event) {
  state_.add(event);
  if (const auto* note = std::get_if<RunNote>(&event)) {
    above_ += "note: " + harmless_line(note->text) + "\n";
  } else if (const auto* step = std::get_if<StepFinished>(&event)) {
    if (needs_paragraph(*step) || !step->findings.empty()) {
      above_ += headline(*step, paint_) + "\n";
      if (!step->sentence.empty()) above_ += "      " + harmless_line(step->sentence) + "\n";
      for (const std::string& finding : step->findings) {
        above_ += "      FINDING: " + harmless_line(finding) + "\n";
      }
    }
  }
  refresh();
}

void TerminalProgress::refresh() {
  if (drawn_at_ && clock_.steady() - *drawn_at_ < shortest_interval) return;
  draw(true);
}

Result<void> TerminalProgress::finish() {
  draw(false);
  return {};
}

void TerminalProgress::draw(bool with_live_lines) {
  const ScreenSize size = screen_.size();
  std::string text = erase_drawn(size.columns);
  text += above_;
  above_.clear();
  drawn_.clear();
  if (with_live_lines) {
    // The cursor waits below them, where a shell's prompt is welcome if this process is killed.
    for (const std::string& line : live_lines(size)) {
      text += line + "\n";
      drawn_.push_back(display_width(harmless_line(line)));
    }
  }
  screen_.write(text);
  drawn_at_ = clock_.steady();
}

std::string TerminalProgress::erase_drawn(std::size_t columns) const {
  std::string text;
  for (const std::size_t width : drawn_) {
    // A window made narrower since then has broken the lines that no longer fit. Each row is erased
    // by itself, since some terminals keep what is erased as a whole in their scrollback.
    const std::size_t rows = std::max<std::size_t>((width + columns - 1) / columns, 1);
    for (std::size_t row = 0; row < rows; ++row) text += "\x1b[A\x1b[2K";
  }
  return text.empty() ? text : "\r" + text;
}

std::vector<std::string> TerminalProgress::live_lines(const ScreenSize& size) const {
  const std::size_t width = usable_columns(size);
  std::vector<std::string> lines;
  const std::size_t room = std::min(most_running_lines, std::max<std::size_t>(size.rows, 3) - 2);
  const auto& running = state_.running();
  const std::size_t shown = running.size() <= room ? running.size() : room - 1;
  for (const ProgressState::Running& each : running) {
    if (lines.size() == shown) break;
    lines.push_back(running_line(each, width));
  }
  if (shown < running.size()) {
    lines.push_back(cut(fmt::format("  … and {} more", running.size() - shown), width));
  }
  lines.push_back(status_line(width));
  return lines;
}

std::string TerminalProgress::running_line(const ProgressState::Running& running,
                                           std::size_t width) const {
  const std::string time = "  " + elapsed_text(state_.seconds_since(running.since));
  std::string what = "  " + running.step;
  if (!running.doing.empty() && !running.step.starts_with(running.doing)) {
    what += ": " + running.doing;
  }
  // The name gives way first, but not below what it can be told by; then what is done; the time
  // stays.
  const std::size_t name_width = display_width(running.case_name);
  const std::size_t rest = display_width(what) + time.size() + 2;
  const std::size_t name_room =
      std::max(rest < width ? width - rest : 0, std::min<std::size_t>(name_width, width / 3));
  const std::string line = "  " + cut_middle(running.case_name, name_room) + what;
  return cut(line, width > time.size() ? width - time.size() : 0) + time;
}

std::string TerminalProgress::status_line(std::size_t width) const {
  const auto done = static_cast<std::size_t>(state_.tally().total());
  const std::size_t total = std::max(state_.total(), done);
  const char* plus = state_.total_is_known() ? "" : "+";
  std::vector<std::pair<Verdict, std::string>> counts;
  for (std::size_t index = 0; index < verdict_names.size(); ++index) {
    const auto verdict = static_cast<Verdict>(index);
    const std::int64_t count = state_.tally().count(verdict);
    if (count > 0) counts.emplace_back(verdict, fmt::format("{} {}", count, name_of(verdict)));
  }
  std::string line = cut(fmt::format("{}/{}{} done, {} left, {}", done, total, plus, total - done,
                                     elapsed_text(state_.seconds())),
                         width);
  std::size_t taken = display_width(line);
  for (const auto& [verdict, text] : counts) {
    if (taken + 2 + text.size() > width) break;
    line += "  " + paint_(colour_of(verdict), text);
    taken += 2 + text.size();
  }
  return line;
}

}  // namespace sharkreg::core
