// SPDX-License-Identifier: Apache-2.0
#include "report/run_view.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "report/baseline.h"
#include "report/screen_text.h"
#include "report/step_text.h"

namespace sharkreg::core {
namespace {

// Without what no report shows, and without the room that its texts do not need.
StepFinished shown_part(const StepFinished& event) {
  StepFinished step;
  step.model = event.model;
  step.submodel = event.submodel;
  step.file = event.file;
  step.step = event.step;
  step.verdict = event.verdict;
  step.standing = event.standing;
  step.sentence = event.sentence;
  step.details = event.details;
  step.reason = event.reason;
  step.issue = event.issue;
  step.notes = event.notes;
  step.findings = event.findings;
  step.cached = event.cached;
  step.seconds = event.seconds;
  if (event.verdict == Verdict::pass) return step;
  step.hint = event.hint;
  step.log = event.log;
  step.repeat = event.repeat;
  for (const ComparisonRecord& comparison : event.comparisons) {
    if (!comparison.match) step.comparisons.push_back(comparison);
  }
  return step;
}

std::string step_name(const StepFinished& step) {
  return harmless_line(step.step) + " of " + case_name(step.model, step.submodel);
}

bool needs_explanation(const StepFinished& step) {
  return step.verdict != Verdict::pass && !needs_paragraph(step);
}

// The sentence of the step, of an expected failure why it is expected, and what to do.
std::string explanation_of(const StepStory& story) {
  std::vector<std::string> parts;
  if (!story.sentence.empty()) parts.push_back(story.sentence);
  if (!story.expectation.empty()) parts.push_back(story.expectation);
  if (!story.hint.empty()) parts.push_back("Hint: " + story.hint);
  return join(parts, " ");
}

}  // namespace

// Collects events; a planned step holds its place until it is finished.
class RunViewBuilder::Collector {
 public:
  void add(const RunStarted& event) { view_.started = event; }
  void add(const RunNote& event) { view_.notes.push_back(event.text); }
  void add(const RunFinished& event) { view_.finished = event; }

  void add(const CasePlanned& event) {
    if (!event.steps.empty())
      place_of(event.model, event.submodel).steps.reserve(event.steps.size());
    for (const std::string& step : event.steps) {
      CaseView& place = place_of(event.model, event.submodel);
      StepFinished planned;
      planned.model = event.model;
      planned.submodel = event.submodel;
      planned.step = step;
      planned.verdict = Verdict::not_run;
      planned.sentence = "The run ended before the turn of this step.";
      unfinished_[{&place - view_.cases.data(), step}] = place.steps.size();
      place.steps.push_back(std::move(planned));
    }
  }

  void add(const StepStarted& event) {
    CaseView& place = place_of(event.model, event.submodel);
    const auto found = unfinished_.find({&place - view_.cases.data(), event.step});
    if (found == unfinished_.end()) return;
    place.steps[found->second].sentence = "The run ended while this step ran.";
  }

  void add(const StepFinished& event) {
    CaseView& place = place_of(event.model, event.submodel);
    const auto found = unfinished_.find({&place - view_.cases.data(), event.step});
    if (found == unfinished_.end()) {
      place.steps.push_back(shown_part(event));
    } else {
      place.steps[found->second] = shown_part(event);
      unfinished_.erase(found);
    }
  }

  RunView finish() {
    for (const CaseView& place : view_.cases) {
      for (const StepFinished& step : place.steps) {
        view_.tally.add(step.verdict, is_known_failure(step));
        view_.tally.add_findings(step.findings.size());
      }
    }
    return std::move(view_);
  }

 private:
  CaseView& place_of(const std::string& model, const std::string& submodel) {
    const auto [found, is_new] = places_.try_emplace({model, submodel}, view_.cases.size());
    if (is_new) view_.cases.push_back({model, submodel, {}});
    return view_.cases[found->second];
  }

  RunView view_;
  std::map<std::pair<std::string, std::string>, std::size_t> places_;
  std::map<std::pair<std::ptrdiff_t, std::string>, std::size_t> unfinished_;  // case, step
};

RunViewBuilder::RunViewBuilder() : collector_(std::make_unique<Collector>()) {}
RunViewBuilder::~RunViewBuilder() = default;
RunViewBuilder::RunViewBuilder(RunViewBuilder&&) noexcept = default;
RunViewBuilder& RunViewBuilder::operator=(RunViewBuilder&&) noexcept = default;

void RunViewBuilder::add(const Event& event) {
  std::visit([&](const auto& alternative) { collector_->add(alternative); }, event);
}

RunView RunViewBuilder::finish() {
  return collector_->finish();
}

RunView view_of(std::span<const Event> events) {
  RunViewBuilder builder;
  for (const Event& event : events) builder.add(event);
  return builder.finish();
}

std::vector<StepGroup> explained_steps(const RunView& view) {
  std::vector<StepGroup> groups;
  for (const CaseView& place : view.cases) {
    for (const StepFinished& step : place.steps) {
      if (!needs_explanation(step)) continue;
      StepStory story = story_of(step);
      std::string sentence = explanation_of(story);
      if (is_known_failure(step)) sentence = "Known failure: " + sentence;
      auto found = std::find_if(groups.begin(), groups.end(), [&](const StepGroup& group) {
        return group.verdict == step.verdict && group.sentence == sentence;
      });
      if (found == groups.end()) {
        if (step.verdict == Verdict::xfail || is_known_failure(step)) story.details.clear();
        groups.push_back({step.verdict, sentence, std::move(story.details), {}});
        found = groups.end() - 1;
      }
      found->steps.push_back(step_name(step));
    }
  }
  std::stable_sort(groups.begin(), groups.end(), [](const StepGroup& left, const StepGroup& right) {
    return left.verdict < right.verdict;
  });
  return groups;
}

std::vector<NoteGroup> notes_of_steps(const RunView& view) {
  std::vector<NoteGroup> groups;
  for (const CaseView& place : view.cases) {
    for (const StepFinished& step : place.steps) {
      if (needs_paragraph(step)) continue;
      for (const std::string& note : step.notes) {
        const std::string text = harmless_line(note);
        auto found = std::find_if(groups.begin(), groups.end(),
                                  [&](const NoteGroup& group) { return group.note == text; });
        if (found == groups.end()) {
          groups.push_back({text, {}});
          found = groups.end() - 1;
        }
        found->steps.push_back(step_name(step));
      }
    }
  }
  return groups;
}

std::vector<std::string> findings_of_steps(const RunView& view) {
  std::vector<std::string> findings;
  for (const CaseView& place : view.cases) {
    for (const StepFinished& step : place.steps) {
      for (const std::string& finding : step.findings) {
        findings.push_back(step_name(step) + ": " + harmless_line(finding));
      }
    }
  }
  return findings;
}

std::string named(const std::vector<std::string>& names, std::size_t most) {
  if (names.size() <= most) return join(names, ", ");
  const std::vector<std::string> first(names.begin(),
                                       names.begin() + static_cast<std::ptrdiff_t>(most));
  return fmt::format("{} and {} more", join(first, ", "), names.size() - most);
}

}  // namespace sharkreg::core
