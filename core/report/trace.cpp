// SPDX-License-Identifier: Apache-2.0
#include "report/trace.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace sharkreg::core {
namespace {

namespace json = boost::json;

constexpr std::int64_t process = 1;

Error cannot_write(const std::filesystem::path& path, int number) {
  return {ErrorKind::infrastructure,
          "cannot write " + path.string() + ": " + std::strerror(number),
          {}};
}

double microseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

json::object metadata(const char* name, std::int64_t row, const char* argument, json::value value) {
  return {{"name", name},
          {"ph", "M"},
          {"pid", process},
          {"tid", row},
          {"args", json::object{{argument, std::move(value)}}}};
}

}  // namespace

TraceFile::TraceFile(std::filesystem::path path, int descriptor,
                     std::chrono::steady_clock::time_point start)
    : path_(std::move(path)), descriptor_(descriptor), start_(start) {
  append(to_json_line(metadata("process_name", 0, "name", "sharkreg")));
}

Result<std::unique_ptr<TraceFile>> TraceFile::create(const std::filesystem::path& path,
                                                     std::chrono::steady_clock::time_point start) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return cannot_write(path, errno);
  return std::unique_ptr<TraceFile>(new TraceFile(path, descriptor, start));
}

TraceFile::~TraceFile() {
  ::close(descriptor_);
}

void TraceFile::add(TraceSpan span) {
  if (span.step.empty()) {
    write(span, "");
  } else {
    auto& spans = unjudged_[{span.case_name, span.step}];
    spans.push_back(std::move(span));
  }
}

void TraceFile::judged(const std::string& case_name, const std::string& step,
                       const std::string& verdict) {
  const auto found = unjudged_.find({case_name, step});
  if (found == unjudged_.end()) return;
  for (const TraceSpan& span : found->second) write(span, verdict);
  unjudged_.erase(found);
}

Result<void> TraceFile::finish() {
  if (!finished_) {
    for (const auto& [step, spans] : unjudged_) {
      for (const TraceSpan& span : spans) write(span, "");
    }
    unjudged_.clear();
    append("");
    finished_ = true;
  }
  if (error_) return *error_;
  return {};
}

void TraceFile::write(const TraceSpan& span, const std::string& verdict) {
  json::object arguments{{"case", printable(span.case_name)}};
  if (!span.step.empty()) arguments["step"] = printable(span.step);
  if (!verdict.empty()) arguments["verdict"] = verdict;
  if (!span.status.empty()) arguments["status"] = span.status;
  if (span.category == "action") arguments["cached"] = span.cached;
  for (const std::string& row : span.rows) {
    const std::int64_t number = row_number(row);
    append(to_json_line(json::object{{"name", printable(span.name)},
                                     {"cat", span.category},
                                     {"ph", "X"},
                                     {"ts", microseconds(span.start - start_)},
                                     {"dur", microseconds(span.end - span.start)},
                                     {"pid", process},
                                     {"tid", number},
                                     {"args", arguments}}));
  }
}

std::int64_t TraceFile::row_number(const std::string& row) {
  const auto [found, fresh] = rows_.try_emplace(row, std::ssize(rows_) + 1);
  if (fresh) {
    append(
        to_json_line(metadata("thread_name", found->second, "name", json::string(printable(row)))));
    append(to_json_line(metadata("thread_sort_index", found->second, "sort_index", found->second)));
  }
  return found->second;
}

// One event, or the end for an empty text; by one write, so that no line is ever cut off.
void TraceFile::append(const std::string& event) {
  const std::string text = event.empty() ? "\n]\n" : (first_ ? "[\n" : ",\n") + event;
  first_ = false;
  std::string_view left = text;
  while (!left.empty()) {
    const ssize_t written = ::write(descriptor_, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      if (!error_) error_ = cannot_write(path_, errno);
      return;
    }
    left.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace sharkreg::core
