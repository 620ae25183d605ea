// SPDX-License-Identifier: Apache-2.0
// The events of a run in the order in which a reader wants them.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "report/event.h"
#include "report/outcome.h"

namespace sharkreg::core {

// One submodel and its steps, in the order in which they were announced.
struct CaseView {
  std::string model;
  std::string submodel;
  std::vector<StepFinished> steps;  // of each, what reports show
};

// A whole run, also one that was killed: a step that was announced and has no verdict is not-run
// here, and says whether it had been started.
struct RunView {
  std::optional<RunStarted> started;
  std::vector<std::string> notes;
  std::vector<CaseView> cases;          // in the order of their first event
  Tally tally;                          // of all steps of all cases
  std::optional<RunFinished> finished;  // absent: the run was killed
};

RunView view_of(std::span<const Event> events);

// Makes the view of a run while its events come, and keeps of them only what reports show: a hundred
// thousand steps as they are in results.jsonl would take more memory than there may be.
class RunViewBuilder {
 public:
  RunViewBuilder();
  ~RunViewBuilder();
  RunViewBuilder(RunViewBuilder&&) noexcept;
  RunViewBuilder& operator=(RunViewBuilder&&) noexcept;

  void add(const Event& event);
  RunView finish();  // once, after the last event

 private:
  class Collector;
  std::unique_ptr<Collector> collector_;
};

// Steps about which the same is to be said.
struct StepGroup {
  Verdict verdict = Verdict::not_run;
  std::string sentence;              // with the reason of an expected failure, and what to do
  std::vector<std::string> details;  // what was looked for; not the errors of expected failures
  std::vector<std::string> steps;    // "run acme a1 of magika/file_type"
};

// The steps that need no paragraph of their own but an explanation: expected and known failures, and
// steps that were not judged. Those of one verdict and sentence are together, in the order of verdicts.
std::vector<StepGroup> explained_steps(const RunView& view);

// Notes of steps, each with the steps that have it, in the order of their first one. Notes of
// steps with a paragraph are left out: they stand there.
struct NoteGroup {
  std::string note;
  std::vector<std::string> steps;
};
std::vector<NoteGroup> notes_of_steps(const RunView& view);

// "compile acme a1 of magika/file_type: not deterministic: …", of all steps.
std::vector<std::string> findings_of_steps(const RunView& view);

// "a, b, c and 4 more".
std::string named(const std::vector<std::string>& names, std::size_t most);

}  // namespace sharkreg::core
