// SPDX-License-Identifier: Apache-2.0
// results.jsonl: writing it while a run goes on, and reading it afterwards.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "report/event.h"

namespace sharkreg::core {

// Appends each event as a line, by one write(2), before on() returns: whatever kills this process,
// what happened is in the file. It is synchronised with the disk at the end and at most once a
// second before, so that a power loss costs no more than the last lines; not by on(), which is
// called where something waits to be started.
//
// Threads: one. refresh() and finish() may block for as long as the disk does.
class ResultsFile final : public EventSink {
 public:
  // Makes the file, whose directory must be there. A file that exists is an error: each run has its
  // own. The clock must outlive this object.
  static Result<std::unique_ptr<ResultsFile>> create(const std::filesystem::path& path,
                                                     const Clock& clock);
  ~ResultsFile() override;
  ResultsFile(const ResultsFile&) = delete;
  ResultsFile& operator=(const ResultsFile&) = delete;

  // A line that could not be written as a whole is taken back; the next ones are still tried.
  void on(const Event& event) override;

  // To be called several times a second while programs run: synchronises when it is time.
  void refresh();

  // The first error that there was.
  Result<void> finish() override;

 private:
  ResultsFile(std::filesystem::path path, int descriptor, const Clock& clock);
  bool append(std::string_view line);
  void take_back(std::size_t bytes);
  void synchronise();
  void remember_error(int number);

  std::filesystem::path path_;
  int descriptor_;
  const Clock& clock_;
  std::chrono::steady_clock::time_point synchronised_;  // when
  bool is_synchronised_ = true;
  std::optional<Error> error_;
};

// What a results.jsonl holds.
struct RecordedEvents {
  std::vector<Event> events;
  bool cut_off = false;  // the last line has no end: its writer was killed. It is not in `events`
  std::size_t unknown = 0;  // events of a later version, left out
};

// An error names the line that is not an event.
Result<RecordedEvents> read_results(const std::filesystem::path& path);

}  // namespace sharkreg::core
