// SPDX-License-Identifier: Apache-2.0
// Runs that left their results, and the history that is made of them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "report/event.h"
#include "store/history.h"

namespace sharkreg::core {

// A cache directory in a temporary place: runs/ID/results.jsonl and history.sqlite.
class Runs {
 public:
  std::filesystem::path directory() const { return folder_.path() / "runs"; }
  std::filesystem::path history_file() const { return folder_.path() / "history.sqlite"; }
  std::filesystem::path results(const std::string& run) const {
    return directory() / run / "results.jsonl";
  }

  void write(const std::string& run, const std::vector<Event>& events) const;
  void append(const std::string& run, std::string_view text) const;

  // REQUIREd to work.
  std::unique_ptr<History> history() const;
  std::size_t import(History& history) const;  // the number of steps that came in

 private:
  TemporaryDirectory folder_ =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "history").value();
};

// The start of a run on a machine with one device, as real ones write it.
RunStarted start_of(const std::string& run);

// "run acme a1" of m/s, which took `seconds` and one action of that name.
StepFinished step_of(const std::string& time, const std::string& step, Verdict verdict,
                     double seconds = 1);

// All of a finished run: its start, these steps, its end.
std::vector<Event> whole_run(const std::string& run, const std::vector<StepFinished>& steps);

// "VERDICT SECONDS" of all executions of m/s's step, the latest first.
std::vector<std::string> executions_of(History& history, const std::string& step);

}  // namespace sharkreg::core
