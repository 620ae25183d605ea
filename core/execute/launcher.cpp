// SPDX-License-Identifier: Apache-2.0
#include "execute/launcher.h"

#include <cerrno>
#include <string.h>
#include <string_view>
#include <system_error>

#include "base/text.h"

namespace sharkreg::core {
namespace {

std::string signal_name(int number) {
  const char* name = sigabbrev_np(number);
  return name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(number);
}

std::string duration(std::chrono::microseconds time) {
  return human_duration(std::chrono::duration<double>(time).count());
}

std::string start_failure(const LaunchRequest& request, const LaunchResult& result) {
  std::string text = "could not be started: ";
  if (result.start_step != "exec") text += result.start_step + ": ";
  text += std::generic_category().message(result.start_errno);
  std::error_code ignored;
  // Execve says "no such file" of a script's interpreter, and of a loader, too.
  const auto path = request.working_directory / request.program;
  if (result.start_errno == ENOENT && std::filesystem::exists(path, ignored)) {
    text += " (the file is there, but not the interpreter or loader that it names)";
  }
  if (result.start_errno == ENOEXEC) text += " (nor does it begin with #! and an interpreter)";
  return text;
}

std::string how_it_ended(const LaunchRequest& request, const LaunchResult& result) {
  switch (result.end) {
    case LaunchResult::End::exited:
      return "exited with status " + std::to_string(result.exit_status);
    case LaunchResult::End::signalled:
      return "was killed by " + signal_name(result.signal);
    case LaunchResult::End::timed_out:
      return "ran longer than its limit of " + duration(request.time_limit) + " and was stopped";
    case LaunchResult::End::terminated:
      return "was stopped by request after " + duration(result.wall);
    case LaunchResult::End::start_failed:
      return start_failure(request, result);
    case LaunchResult::End::supervisor_lost:
      return "was killed, since somebody killed its supervisor process";
  }
  return {};
}

std::string counted(int processes) {
  return processes == 1 ? "1 process" : std::to_string(processes) + " processes";
}

}  // namespace

std::string describe(const LaunchRequest& request, const LaunchResult& result) {
  std::string text = how_it_ended(request, result);
  if (result.leftover > 0 && result.end != LaunchResult::End::supervisor_lost) {
    text += "; " + counted(result.leftover) + " left behind by it had to be killed";
  }
  if (result.survivors > 0) {
    text += "; " + counted(result.survivors) + " could not be killed";
  }
  return text;
}

}  // namespace sharkreg::core
