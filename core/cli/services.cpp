// SPDX-License-Identifier: Apache-2.0
#include "cli/services.h"

#include <charconv>
#include <csignal>
#include <cstdlib>

#include <fmt/format.h>

#include "base/text.h"
#include "execute/run_to_end.h"

namespace sharkreg::core {
namespace {

constexpr std::chrono::seconds inspection_limit{20};

// What tools need of the user's environment to say what they are.
std::vector<std::pair<std::string, std::string>> tool_environment() {
  std::vector<std::pair<std::string, std::string>> result;
  for (const char* name : {"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"}) {
    if (const char* value = std::getenv(name)) result.emplace_back(name, value);
  }
  return result;
}

// "0 455123\n", then as many bytes of standard output, then standard error: as they were, and
// quickly read, since a compiler's answer is long.
std::string to_memo(const ToolAnswer& answer) {
  return fmt::format("{} {}\n{}{}", answer.exit_status, answer.standard_output.size(),
                     answer.standard_output, answer.standard_error);
}

std::optional<ToolAnswer> from_memo(std::string_view text) {
  const std::size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos) return std::nullopt;
  const char* const end = text.data() + line_end;
  ToolAnswer answer{};
  std::size_t output_size = 0;
  const auto [space, bad_status] = std::from_chars(text.data(), end, answer.exit_status);
  if (bad_status != std::errc() || *space != ' ') return std::nullopt;
  const auto [rest, bad_size] = std::from_chars(space + 1, end, output_size);
  text.remove_prefix(line_end + 1);
  if (bad_size != std::errc() || rest != end || output_size > text.size()) return std::nullopt;
  answer.standard_output = text.substr(0, output_size);
  answer.standard_error = text.substr(output_size);
  return answer;
}

}  // namespace

std::optional<std::string> Services::environment(const std::string& name) const {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

ToolAnswer Services::ask_tool(const std::vector<std::string>& arguments,
                              const std::vector<std::string>& content_files,
                              std::chrono::milliseconds limit) const {
  std::string key;
  for (const std::string& argument : arguments) key += argument + '\n';
  for (const std::string& file : content_files) {
    const Result<std::string> digest = memo_.digest_of_file(file);
    if (!digest) throw Failure(Failure::Kind::failed, digest.error().message);
    key += *digest + '\n';
  }
  {
    const std::scoped_lock lock(mutex_);
    if (const auto known = answers_.find(key); known != answers_.end()) return known->second;
  }
  ToolAnswer answer = remembered_or_asked(key, arguments, limit);
  if (answer.exit_status < 0) return answer;  // it crashed, which it may not do again
  const std::scoped_lock lock(mutex_);
  return answers_.emplace(std::move(key), std::move(answer)).first->second;
}

ToolAnswer Services::remembered_or_asked(const std::string& key,
                                         const std::vector<std::string>& arguments,
                                         std::chrono::milliseconds limit) const {
  if (const auto remembered = memo_.find("tool-answers", key)) {
    if (const auto answer = from_memo(*remembered)) return *answer;
  }
  LaunchRequest request;
  request.program = arguments.at(0);
  request.arguments.assign(arguments.begin() + 1, arguments.end());
  request.environment = tool_environment();
  request.time_limit = limit;
  const Result<Answer> answer = run_to_end(supervisor_, request);
  if (!answer) throw Failure(Failure::Kind::failed, answer.error().message, answer.error().hint);
  const LaunchResult& result = answer->result;
  if (result.end != LaunchResult::End::exited && result.end != LaunchResult::End::signalled) {
    throw Failure(Failure::Kind::failed, request.program + " " + describe(request, result));
  }
  const bool exited = result.end == LaunchResult::End::exited;
  ToolAnswer said{exited ? result.exit_status : -1, answer->standard_output,
                  answer->standard_error};
  if (exited) memo_.remember("tool-answers", key, to_memo(said));
  return said;
}

bool is_the_librarys_fault(const LaunchResult& result) {
  return result.end == LaunchResult::End::timed_out ||
         (result.end == LaunchResult::End::signalled && result.signal != SIGKILL);
}

Result<Inspection> WorkerInspector::inspect(const std::filesystem::path& library) {
  LaunchRequest request;
  request.program = worker_;
  request.arguments = {"describe", library};
  request.environment = tool_environment();
  request.time_limit = inspection_limit;
  const Result<Answer> answer = run_to_end(supervisor_, request);
  if (!answer) return answer.error();
  const bool exited = answer->result.end == LaunchResult::End::exited;
  if (exited && answer->result.exit_status == 0) {
    return Inspection{answer->standard_output, {}, false};
  }
  std::string said(trim(answer->standard_error));
  if (!exited) {
    said = "the process that loaded and described it " + describe(request, answer->result) +
           (said.empty() ? "" : ": " + said);
  }
  return Inspection{{},
                    Error{ErrorKind::infrastructure, printable(said), {}},
                    is_the_librarys_fault(answer->result)};
}

}  // namespace sharkreg::core
