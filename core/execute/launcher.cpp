// SPDX-License-Identifier: Apache-2.0
#include "execute/launcher.h"

#include <cerrno>
#include <cmath>
#include <iterator>
#include <signal.h>
#include <string.h>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

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

// "64 MiB", "1.5 GiB", "4096 bytes".
std::string size(std::optional<std::uint64_t> bytes) {
  constexpr const char* units[] = {"KiB", "MiB", "GiB", "TiB"};
  auto number = static_cast<double>(bytes.value_or(0));
  if (number < 10240) return std::to_string(bytes.value_or(0)) + " bytes";
  std::size_t unit = 0;
  for (number /= 1024; number >= 1024 && unit + 1 < std::size(units); ++unit) number /= 1024;
  return fmt::format("{:.{}f} {}", number, number == std::floor(number) ? 0 : 1, units[unit]);
}

// A signal that neither host nor supervisor sent may still have a reason that they know.
std::string death(const LaunchRequest& request, const LaunchResult& result) {
  std::string text = "was killed by " + signal_name(result.signal);
  if (went_beyond_file_limit(request, result)) {
    text += ": it wrote a file beyond the file size limit of " + size(request.limits.file_bytes) +
            " (--file-limit)";
  } else if (result.out_of_memory) {
    text += " while the kernel ended processes of this machine for want of memory";
  }
  return text;
}

std::string how_it_ended(const LaunchRequest& request, const LaunchResult& result) {
  switch (result.end) {
    case LaunchResult::End::exited:
      return "exited with status " + std::to_string(result.exit_status);
    case LaunchResult::End::signalled:
      return death(request, result);
    case LaunchResult::End::memory_limited:
      return "used " + size(result.peak_memory_bytes) +
             " of memory, more than its memory limit of " + size(request.limits.memory_bytes) +
             " (--memory-limit), and was killed";
    case LaunchResult::End::cpu_limited:
      return "used more than its CPU time limit of " + duration(request.limits.cpu_time) +
             " (--cpu-limit) and was stopped";
    case LaunchResult::End::output_limited:
      return "printed more than its output limit of " + size(request.limits.output_bytes) +
             " (--output-limit) and was stopped, since " +
             (request.standard_output_is_result
                  ? "nothing may be cut out of a result"
                  : "its file system cannot give back a part of a file");
    case LaunchResult::End::hung:
      return "hung and was stopped after " +
             duration(result.stall ? result.stall->quiet : std::chrono::microseconds(0)) +
             " without progress";
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

bool went_beyond_file_limit(const LaunchRequest& request, const LaunchResult& result) {
  return request.limits.file_bytes && result.end == LaunchResult::End::signalled &&
         result.signal == SIGXFSZ;
}

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
