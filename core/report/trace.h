// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace sharkreg::core {

// One thing that was done, as a trace shows it.
struct TraceSpan {
  std::string name;      // "compile cpu: compile", "fetch model.mlir"
  std::string category;  // "fetch", "action", "judge"
  std::string case_name;
  std::string step;               // empty if it belongs to several
  std::vector<std::string> rows;  // on which it is drawn: "CPU 0", "acme gpu-1"
  std::chrono::steady_clock::time_point start;
  std::chrono::steady_clock::time_point end;
  std::string status;  // "succeeded"; may be empty
  bool cached = false;
};

// Writes what ran when on what, in Chrome's trace event format (an array of objects), for
// chrome://tracing and Perfetto. Each row is a thread there, in the order in which rows are met
// within their kind.
//
// What is written is whole at any time but for the closing bracket, which those programs do without:
// so also after the process was killed.
//
// Threads: one.
class TraceFile {
 public:
  // Makes or empties the file. Times are told from `start` on.
  static Result<std::unique_ptr<TraceFile>> create(const std::filesystem::path& path,
                                                   std::chrono::steady_clock::time_point start);
  ~TraceFile();
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;

  // Of one that belongs to a step: is written when that is judged, with its verdict.
  void add(TraceSpan span);
  void judged(const std::string& case_name, const std::string& step, const std::string& verdict);

  // Writes what was not judged, and the end. The first error that there was.
  Result<void> finish();

 private:
  TraceFile(std::filesystem::path path, int descriptor,
            std::chrono::steady_clock::time_point start);
  void write(const TraceSpan& span, const std::string& verdict);
  std::int64_t row_number(const std::string& row);
  void append(const std::string& text);

  std::filesystem::path path_;
  int descriptor_;
  std::chrono::steady_clock::time_point start_;
  std::map<std::string, std::int64_t> rows_;
  std::map<std::pair<std::string, std::string>, std::vector<TraceSpan>> unjudged_;
  bool first_ = true;
  bool finished_ = false;
  std::optional<Error> error_;
};

}  // namespace sharkreg::core
