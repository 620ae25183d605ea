// SPDX-License-Identifier: Apache-2.0
#include "iree/classify.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "iree/text.h"

namespace sharkreg::iree {
namespace {

// Tools colour their messages even when nobody looks: ESC [ … letter.
std::string without_colours(std::string_view text) {
  std::string result;
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (text[index] != '\x1b') {
      result += text[index];
      continue;
    }
    if (index + 1 < text.size() && text[index + 1] == '[') {
      index = std::min(text.find_first_not_of("0123456789;", index + 2), text.size());
    }
  }
  return result;
}

std::string first_line_with(const std::string& text, std::string_view part) {
  for (const std::string_view line : lines_of(text)) {
    if (contains(line, part)) return std::string(trimmed(line));
  }
  return {};
}

std::string last_line(const std::string& text) {
  const auto lines = lines_of(text);
  const auto line = std::find_if(lines.rbegin(), lines.rend(),
                                 [](std::string_view each) { return !trimmed(each).empty(); });
  return line == lines.rend() ? std::string() : std::string(trimmed(*line));
}

// Some of IREE's messages print whole attributes; a sentence ends before.
std::string shortened(std::string text) {
  constexpr std::size_t limit = 240;
  if (text.size() <= limit) return text;
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // UTF-8
  text.resize(end);
  return text + " …";
}

std::string counted(std::string_view number, const std::string& noun) {
  return std::string(number) + " " + noun + (number == "1" ? "" : "s");
}

std::string silent(std::string_view tool, const FailureReport& report) {
  return std::string(tool) + " ended with status " + std::to_string(report.exit_status) +
         " and gave no reason";
}

// A tool that cannot even start to do its work; nobody's program is at fault.
std::optional<Classification> broken_tool(const std::string& error) {
  if (contains(error, "Traceback (most recent call last)")) {
    return Classification{FailureKind::infrastructure,
                          "the tool is a Python script that failed: " + last_line(error)};
  }
  constexpr std::array<std::string_view, 3> signs{"error while loading shared libraries",
                                                  "No space left on device",
                                                  "cannot execute binary file"};
  for (const auto sign : signs) {
    const std::string line = first_line_with(error, sign);
    if (!line.empty()) return Classification{FailureKind::infrastructure, line};
  }
  return std::nullopt;
}

// The compiler complains once for each flag that it does not know.
std::string unknown_flags(const std::string& error) {
  std::vector<std::string> flags;
  for (const std::string_view line : lines_of(error)) {
    const auto flag = between(line, "Unknown command line argument '", "'");
    if (!flag.empty()) flags.emplace_back(flag);
  }
  if (flags.empty()) return {};
  const auto guess = between(error, "Did you mean '", "'");
  return "iree-compile does not know " + joined(flags, ", ") +
         (guess.empty() ? "" : " (its guess: " + std::string(guess) + ")");
}

// "FILE:LINE:COLUMN: error: TEXT" or "error: TEXT", the first in the text; empty if there is none.
std::string first_error(const std::string& text) {
  for (const std::string_view line : lines_of(text)) {
    constexpr std::string_view marker = "error: ";
    const std::size_t start = line.find(marker);
    if (start == 0 || (start != std::string_view::npos && line[start - 1] == ' ')) {
      return std::string(trimmed(line.substr(start + marker.size())));
    }
  }
  return {};
}

// One line of the runtime: "FILE.c:LINE: CODE; TEXT; CONTEXT; …".
struct Status {
  std::string code;     // "NOT_FOUND"
  std::string text;     // what happened
  std::string context;  // the rest: while doing what
};

bool is_code(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string_view::npos;
}

std::optional<Status> runtime_status(const std::string& error) {
  for (const std::string_view line : lines_of(error)) {
    const std::size_t end = line.find("; ");
    if (end == std::string_view::npos) continue;
    const std::size_t location = line.substr(0, end).rfind(": ");
    const std::size_t start = location == std::string_view::npos ? 0 : location + 2;
    const std::string_view code = line.substr(start, end - start);
    if (!is_code(code)) continue;
    const std::string_view rest = trimmed(line.substr(end + 2));
    const std::size_t text_end = std::min(rest.find("; "), rest.size());
    return Status{std::string(code), std::string(rest.substr(0, text_end)),
                  std::string(rest.substr(text_end))};
  }
  return std::nullopt;
}

// The runtime's own comparison: "[FAILED] result[0]: …" on standard output.
std::optional<Classification> failed_comparison(const std::string& output) {
  const std::string line = first_line_with(output, "[FAILED] ");
  if (line.empty()) return std::nullopt;
  std::string sentence = line.substr(line.find("[FAILED] ") + 9);
  sentence.resize(std::min(sentence.find("; expected that"), sentence.size()));
  if (sentence.starts_with("result[")) {
    const auto number = between(sentence, "[", "]");
    sentence = "result " + std::string(number) + sentence.substr(sentence.find(']') + 1);
  }
  const auto wanted = between(line, "expected that the view matches ", ";");
  if (!wanted.empty()) sentence += ", expected " + std::string(wanted);
  return Classification{FailureKind::wrong_result, sentence};
}

std::optional<Classification> wrong_count(const Status& status, const std::string& output) {
  const auto asked = split(status.text, ' ').front();
  const auto given = between(status.text, "only has ", " elements");
  if (contains(status.text, "outputs specified but") && !given.empty()) {
    return Classification{
        FailureKind::wrong_result,
        "the function gives " + counted(given, "result") + ", expected: " + asked};
  }
  // The runtime says the same of inputs, but before it starts the function.
  if (contains(status.text, "function expected fewer input values") && contains(output, "EXEC @")) {
    return Classification{FailureKind::wrong_result,
                          "the function gives fewer results than are expected"};
  }
  return std::nullopt;
}

std::string sentence_for(const Status& status) {
  if (contains(status.text, "function expected fewer input values")) {
    return "the function takes fewer inputs than it is given";
  }
  if (contains(status.text, "input list and function mismatch")) {
    return "the function takes " +
           counted(between(status.context, "expected ", " arguments"), "input") +
           ", given: " + std::string(between(status.context, "but passed ", ";"));
  }
  if (contains(status.text, "unsupported data encoding")) {
    return "a result is of a type that .npy cannot carry: the output needs a \"value\" in the "
           "model file";
  }
  if (contains(status.text, "metadata-less variant")) {
    return "an input that is no .npy file needs a \"value\" (shape and type) in the model file";
  }
  std::string sentence = "iree-run-module: " + status.code + ": " + status.text;
  if (status.context.starts_with("; expected")) {
    sentence += status.context.substr(0, status.context.find("; ", 2));
  }
  return sentence;
}

// The text without the advice that some drivers append to it.
std::string cause_of(const Status& status) {
  return status.text.substr(0, status.text.find(": please ensure"));
}

FailureKind kind_for(const Status& status) {
  if (status.code == "UNAVAILABLE" || contains(status.text, "no driver '")) {
    return FailureKind::unavailable;
  }
  if (contains(status.text, "failed to open file") ||
      contains(status.text, "unable to open file")) {
    return FailureKind::infrastructure;
  }
  return FailureKind::run_error;
}

}  // namespace

Classification classify_compile(const FailureReport& report) {
  const std::string error = without_colours(report.standard_error);
  if (const auto broken = broken_tool(error)) return *broken;
  if (std::string sentence = unknown_flags(error); !sentence.empty()) {
    return {FailureKind::compile_error, sentence};
  }
  if (const std::string sentence = first_error(error); !sentence.empty()) {
    return {FailureKind::compile_error, shortened("the compiler refused the program: " + sentence)};
  }
  // Said of the output file as well; and, without "cannot open", as an echo of other errors.
  const std::string cause = first_line_with(error, "error opening input file: cannot open");
  if (!cause.empty()) {
    return {FailureKind::infrastructure, "iree-compile: " + cause.substr(cause.find("cannot"))};
  }
  const std::string last = last_line(error);
  if (last.empty()) return {FailureKind::compile_error, silent("iree-compile", report)};
  const std::string fatal = first_line_with(error, "LLVM ERROR: ");
  const std::string& line = fatal.empty() ? last : fatal;
  return {FailureKind::compile_error,
          shortened(line.starts_with("iree-compile: ") ? line : "iree-compile: " + line)};
}

Classification classify_stall(const FailureReport& report, const std::string& device) {
  const std::string quiet = std::to_string(std::llround(report.stall->quiet_seconds)) + " s";
  if (report.compiling || report.action != "run" || !report.stall->holds_device) {
    return {FailureKind::timeout, report.action + " has waited for something for " + quiet, false};
  }
  return {FailureKind::timeout,
          "the \"" + device + "\" device hung: the run made no progress for " + quiet, true};
}

Classification classify_run(const FailureReport& report, const std::string& device) {
  const std::string error = without_colours(report.standard_error);
  const std::string output = without_colours(report.standard_output);
  if (report.action != "run") {
    const std::string last = last_line(error);
    return {FailureKind::infrastructure,
            "the declarations of the compiled module could not be read: " +
                (last.empty() ? silent("iree-dump-module", report) : last)};
  }
  if (const auto broken = broken_tool(error)) return *broken;
  if (const auto failed = failed_comparison(output)) return *failed;
  const auto status = runtime_status(error);
  if (!status) {
    const std::string last = last_line(error);
    return {FailureKind::run_error, last.empty() ? silent("iree-run-module", report)
                                                 : shortened("iree-run-module: " + last)};
  }
  if (const auto wrong = wrong_count(*status, output)) return *wrong;
  const FailureKind kind = kind_for(*status);
  if (kind == FailureKind::unavailable) {
    return {kind, shortened("no \"" + device + "\" device can be used: " + cause_of(*status))};
  }
  return {kind, shortened(sentence_for(*status))};
}

}  // namespace sharkreg::iree
