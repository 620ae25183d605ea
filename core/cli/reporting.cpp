// SPDX-License-Identifier: Apache-2.0
#include "cli/reporting.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>
#include <variant>

#include <fmt/format.h>

#include "base/verdict.h"
#include "cli/commands.h"
#include "report/display.h"
#include "report/junit.h"
#include "report/markdown.h"
#include "report/plain_progress.h"
#include "report/redaction.h"
#include "report/run_view.h"
#include "report/summary.h"
#include "report/terminal_progress.h"

namespace sharkreg::core {
namespace {

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Display display_of(const Context& context) {
  DisplayFacts facts;
  facts.colour = *colour_choice_from_name(context.settings().text("color"));
  facts.is_terminal = ::isatty(STDOUT_FILENO) == 1;
  facts.no_color = variable("NO_COLOR");
  facts.term = variable("TERM");
  facts.ci = variable("CI");
  return decide_display(facts);
}

// Tells a failure to report; it must not hide a worse exit status.
void tell(const Result<void>& written, const char* what, int& exit_status) {
  if (written) return;
  fmt::print(stderr, "sharkreg: the {} could not be written: {}\n", what, to_text(written.error()));
  exit_status = std::max<int>(exit_status, exit_infrastructure);
}

}  // namespace

Reporting::Reporting(const Context& context) : context_(context), screen_(STDOUT_FILENO) {}

Result<std::unique_ptr<Reporting>> Reporting::create(const Context& context,
                                                     const std::filesystem::path& run_dir) {
  std::unique_ptr<Reporting> reporting(new Reporting(context));
  reporting->results_path_ = run_dir / "results.jsonl";
  auto results = ResultsFile::create(reporting->results_path_, context.clock());
  if (!results) return results.error();
  reporting->results_ = std::move(*results);
  const Display display = display_of(context);
  if (display.live) {
    reporting->progress_ =
        std::make_unique<TerminalProgress>(reporting->screen_, context.clock(), display.colour);
  } else {
    reporting->progress_ =
        std::make_unique<PlainProgress>(reporting->screen_, context.clock(), display.colour);
  }
  return reporting;
}

void Reporting::on(const Event& happened) {
  const Event event = redacted(happened);
  results_->on(event);
  progress_->on(event);
  view_.add(event);
}

void Reporting::refresh() {
  results_->refresh();
  progress_->refresh();
}

int Reporting::conclude(int exit_status) {
  tell(progress_->finish(), "progress", exit_status);
  tell(results_->finish(), "results file", exit_status);
  screen_.write("\n");
  return write_reports(context_, view_.finish(), results_path_, exit_status);
}

int write_reports(const Context& context, const RunView& view,
                  const std::filesystem::path& results_file, int exit_status) {
  FileScreen screen(STDOUT_FILENO);
  SummaryOptions options;
  options.width = screen.size().columns;
  options.colour = display_of(context).colour;
  options.results_file = results_file;
  screen.write(summary_text(view, options));
  if (const std::string junit = context.settings().text("junit"); !junit.empty()) {
    tell(write_junit(junit, view, {context.settings().is_true("strict-xfail")}), "JUnit file",
         exit_status);
  }
  if (const std::string summary = context.settings().text("summary"); !summary.empty()) {
    tell(append_markdown_summary(summary, view), "summary", exit_status);
  }
  return exit_status;
}

Result<std::optional<Baseline>> baseline_of(const Settings& settings) {
  const std::string path = settings.text("baseline");
  if (path.empty()) return std::optional<Baseline>();
  auto baseline = Baseline::read(path);
  if (!baseline) return baseline.error();
  return std::optional(std::move(*baseline));
}

namespace {

// As if the run had been compared with the baseline when it ran.
void compare(std::vector<Event>& events, const Baseline& baseline, const std::string& path,
             bool strict_xfail) {
  Tally tally;
  for (Event& event : events) {
    if (auto* started = std::get_if<RunStarted>(&event)) {
      started->baseline = path;
    } else if (auto* step = std::get_if<StepFinished>(&event)) {
      baseline.mark(*step, strict_xfail);
      tally.add(step->verdict, is_known_failure(*step));
      tally.add_findings(step->findings.size());
    } else if (auto* finished = std::get_if<RunFinished>(&event)) {
      if (finished->interrupted) continue;
      const OutcomeOptions outcome{strict_xfail, std::nullopt};
      finished->exit_status = tally.exit_status(outcome);
      finished->conclusion = tally.conclusion(outcome);
    }
  }
}

}  // namespace

Result<int> report_command(Context& context) {
  if (context.positional().size() != 1) {
    return Error{ErrorKind::usage, "report takes one results.jsonl",
                 "each run has its own, named in the last line that the run prints"};
  }
  const std::filesystem::path path = results_file_named(context.positional().front());
  auto recorded = read_results(path);
  if (!recorded) return recorded.error();
  const auto baseline = baseline_of(context.settings());
  if (!baseline) return baseline.error();
  const OutcomeOptions outcome{context.settings().is_true("strict-xfail"), std::nullopt};
  if (*baseline) {
    compare(recorded->events, **baseline,
            std::filesystem::absolute(context.settings().text("baseline")), outcome.strict_xfail);
  }
  const RunView view = view_of(recorded->events);
  const int status = view.finished ? static_cast<int>(view.finished->exit_status)
                                   : view.tally.exit_status(outcome);
  return write_reports(context, view, path, status);
}

}  // namespace sharkreg::core
