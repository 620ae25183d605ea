// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "base/error.h"
#include "cli/context.h"
#include "report/baseline.h"
#include "report/event.h"
#include "report/progress.h"
#include "report/results_file.h"
#include "report/run_view.h"
#include "report/screen.h"

namespace sharkreg::core {

// Everything that takes the events of a run: results.jsonl, what is shown meanwhile, and the
// reports at the end.
class Reporting final : public EventSink {
 public:
  // Makes results.jsonl in run_dir, which must be there.
  static Result<std::unique_ptr<Reporting>> create(const Context& context,
                                                   const std::filesystem::path& run_dir);

  void on(const Event& event) override;
  void refresh();

  // After the last event: shows the summary and writes the reports that were asked for. Returns the
  // exit status, raised if a report cannot be written.
  int conclude(int exit_status);

 private:
  explicit Reporting(const Context& context);

  const Context& context_;
  FileScreen screen_;
  std::filesystem::path results_path_;
  std::unique_ptr<ResultsFile> results_;
  std::unique_ptr<Progress> progress_;
  RunViewBuilder view_;
};

// The baseline that --baseline names; absent: none is named.
Result<std::optional<Baseline>> baseline_of(const Settings& settings);

// Shows the summary of a run and writes the reports that the settings ask for. Returns the exit
// status, raised if a report cannot be written.
int write_reports(const Context& context, const RunView& view,
                  const std::filesystem::path& results_file, int exit_status);

}  // namespace sharkreg::core
