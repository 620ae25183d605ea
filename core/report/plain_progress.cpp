// SPDX-License-Identifier: Apache-2.0
#include "report/plain_progress.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "report/screen_text.h"
#include "report/step_text.h"

namespace sharkreg::core {
namespace {

// A step is announced when it has taken this long, then each time that has doubled, and at least as
// often as the last one says: some CI systems take ten silent minutes for the end.
constexpr double first_announcement = 10;
constexpr double longest_silence = 300;

}  // namespace

void PlainProgress::on(const Event& event) {
  state_.add(event);
  if (const auto* note = std::get_if<RunNote>(&event)) {
    screen_.write("note: " + harmless_line(note->text) + "\n");
  } else if (const auto* step = std::get_if<StepFinished>(&event)) {
    announce_after_.erase({case_name(step->model, step->submodel), harmless_line(step->step)});
    show(*step);
  }
}

void PlainProgress::refresh() {
  for (const ProgressState::Running& running : state_.running()) {
    const double seconds = state_.seconds_since(running.since);
    double& limit =
        announce_after_.try_emplace({running.case_name, running.step}, first_announcement)
            .first->second;
    if (seconds < limit) continue;
    limit = seconds + std::min(seconds, longest_silence);
    screen_.write(fmt::format("...   {}  {}  {}, for {} so far\n", running.case_name, running.step,
                              running.doing.empty() ? "running" : running.doing,
                              human_duration(seconds)));
  }
}

void PlainProgress::show(const StepFinished& step) {
  const StepStory story = story_of(step);
  std::string text = headline(step, paint_) + "\n";
  // Why steps are skipped is often the same for all of them: once is enough.
  const bool is_news = is_bad(step.verdict) || told_.insert(story.sentence).second;
  if (!story.sentence.empty() && is_news) text += "      " + story.sentence + "\n";
  if (!story.expectation.empty()) text += "      " + story.expectation + "\n";
  for (const std::string& finding : story.findings) text += "      FINDING: " + finding + "\n";
  for (const std::string& note : story.notes) text += "      note: " + note + "\n";
  screen_.write(text);
}

}  // namespace sharkreg::core
