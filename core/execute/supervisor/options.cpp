// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <charconv>
#include <limits>
#include <string_view>
#include <system_error>

namespace sharkreg::core {
namespace {

// A year in milliseconds: longer limits gain nothing and could overflow a deadline.
constexpr std::int64_t longest_time = 365LL * 24 * 3600 * 1000;

struct LimitName {
  std::string_view option;
  decltype(RLIMIT_CORE) resource;
};
constexpr LimitName limit_names[] = {
    {"--limit-core-bytes", RLIMIT_CORE},
    {"--limit-address-space-bytes", RLIMIT_AS},
    {"--limit-file-bytes", RLIMIT_FSIZE},
};

std::optional<std::int64_t> parse_number(std::string_view text, std::int64_t highest) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end || number < 0 || number > highest) return std::nullopt;
  return number;
}

// Whether there is an option of this name, and the value fits it.
bool set_option(std::string_view name, std::string_view value, SupervisorOptions& options) {
  const auto set_time = [value](std::chrono::milliseconds& time) {
    const auto number = parse_number(value, longest_time);
    if (number) time = std::chrono::milliseconds(*number);
    return number.has_value();
  };
  if (name == "--time-limit-ms") return set_time(options.time_limit);
  if (name == "--grace-ms") return set_time(options.grace);
  if (name == "--terminate-grace-ms") return set_time(options.terminate_grace);
  if (name == "--kill-wait-ms") return set_time(options.kill_wait);
  if (name == "--cpu-limit-ms") return set_time(options.cpu_limit);
  if (name == "--stall-after-ms") return set_time(options.stall_after);
  if (name == "--control-group") return !(options.control_group = value).empty();
  if (name == "--keep-output") return options.keep_output = value == "1";
  if (name == "--memory-limit-bytes") {
    options.memory_limit = parse_number(value, std::numeric_limits<std::int64_t>::max());
    return options.memory_limit.has_value();
  }
  if (name == "--output-limit-bytes") {
    const auto number = parse_number(value, std::numeric_limits<std::int64_t>::max());
    options.output_limit = number.value_or(0);
    return number.has_value();
  }

  for (const LimitName& limit : limit_names) {
    if (name != limit.option) continue;
    const auto number = parse_number(value, std::numeric_limits<std::int64_t>::max());
    if (number) options.limits.push_back({limit.resource, static_cast<rlim_t>(*number)});
    return number.has_value();
  }

  const auto number = parse_number(value, std::numeric_limits<int>::max());
  if (!number) return false;
  if (name == "--status-fd") {
    options.status_fd = static_cast<int>(*number);
  } else if (name == "--parent-pid") {
    options.parent_pid = static_cast<pid_t>(*number);
  } else {
    return false;
  }
  return true;
}

}  // namespace

const char* const supervisor_usage =
    "usage: sharkreg-supervisor --status-fd=N [--parent-pid=PID] [--time-limit-ms=N]\n"
    "         [--grace-ms=N] [--terminate-grace-ms=N] [--kill-wait-ms=N] [--limit-core-bytes=N]\n"
    "         [--limit-address-space-bytes=N] [--limit-file-bytes=N] [--memory-limit-bytes=N]\n"
    "         [--cpu-limit-ms=N] [--output-limit-bytes=N] [--keep-output=1] [--stall-after-ms=N]\n"
    "         [--control-group=DIRECTORY] -- PROGRAM [ARGUMENT...]\n"
    "Runs the program, which is not looked up along PATH; ends all its descendants when it ends,\n"
    "when its time is over or a limit is reached, on SIGTERM, and when the parent dies; writes "
    "how\n"
    "it went to the descriptor. Started by sharkreg.\n";

std::optional<std::string> parse_options(int argc, char** argv, SupervisorOptions& options) {
  int next = 1;
  for (; next < argc; ++next) {
    const std::string_view argument = argv[next];
    if (argument == "--") break;
    const std::size_t equals = argument.find('=');
    if (equals == std::string_view::npos ||
        !set_option(argument.substr(0, equals), argument.substr(equals + 1), options)) {
      return "not an option with a value that fits it: " + std::string(argument);
    }
  }
  if (options.status_fd < 0) return "--status-fd is missing";
  if (next + 1 >= argc) return "no program after --";
  options.command = argv + next + 1;
  return std::nullopt;
}

}  // namespace sharkreg::core
