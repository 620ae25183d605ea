// SPDX-License-Identifier: Apache-2.0
#include "status.h"

#include <charconv>
#include <iterator>
#include <system_error>

namespace sharkreg::core {
namespace {

constexpr std::string_view stall_key = "stalled_ms";

template <typename Integer>
bool parse_integer(std::string_view text, Integer& value) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end;
}

bool parse_integer(std::string_view text, std::optional<int>& value) {
  return parse_integer(text, value.emplace());
}

bool parse_flag(std::string_view text, bool& value) {
  value = text == "1";
  return text == "0" || text == "1";
}

constexpr std::string_view limit_names[] = {"none", "memory", "cpu", "output"};

bool parse_limit(std::string_view text, ReachedLimit& value) {
  for (std::size_t index = 0; index < std::size(limit_names); ++index) {
    if (limit_names[index] != text) continue;
    value = static_cast<ReachedLimit>(index);
    return true;
  }
  return false;
}

bool parse_pair(std::string_view key, std::string_view value, SupervisorStatus& status) {
  if (key == "exit") return parse_integer(value, status.exit_status);
  if (key == "signal") return parse_integer(value, status.signal);
  if (key == "start_error") return parse_integer(value, status.start_error);
  if (key == "start_step") return !(status.start_step = value).empty();
  if (key == "timed_out") return parse_flag(value, status.timed_out);
  if (key == "terminated") return parse_flag(value, status.terminated);
  if (key == "leftover") return parse_integer(value, status.leftover);
  if (key == "survivors") return parse_integer(value, status.survivors);
  if (key == "wall_us") return parse_integer(value, status.wall_us);
  if (key == "user_us") return parse_integer(value, status.user_us);
  if (key == "system_us") return parse_integer(value, status.system_us);
  if (key == "max_rss_kib") return parse_integer(value, status.max_rss_kib);
  if (key == "limit") return parse_limit(value, status.limit);
  if (key == "out_of_memory") return parse_flag(value, status.out_of_memory);
  if (key == "memory_kib") return parse_integer(value, status.memory_kib);
  if (key == "output_left_out") return parse_integer(value, status.output_left_out);
  if (key == "errors_left_out") return parse_integer(value, status.errors_left_out);
  return key != stall_key;
}

bool parse_pair(std::string_view key, std::string_view value, StallStatus& stall) {
  if (key == stall_key) return parse_integer(value, stall.quiet_ms);
  if (key == "wall_us") return parse_integer(value, stall.wall_us);
  if (key == "cpu_us") return parse_integer(value, stall.cpu_us);
  return true;
}

template <typename Status>
std::optional<Status> parse_line(std::string_view line) {
  if (line.empty() || line.back() != '\n') return std::nullopt;
  line.remove_suffix(1);
  Status status;
  while (!line.empty()) {
    const std::string_view pair = line.substr(0, line.find(' '));
    line.remove_prefix(pair.size() == line.size() ? pair.size() : pair.size() + 1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    if (!parse_pair(pair.substr(0, equals), pair.substr(equals + 1), status)) return std::nullopt;
  }
  return status;
}

}  // namespace

std::string format_status(const SupervisorStatus& status) {
  std::string line;
  const auto put = [&line](const char* key, const std::string& value) {
    if (!line.empty()) line += ' ';
    line += key;
    line += '=';
    line += value;
  };
  if (status.exit_status) put("exit", std::to_string(*status.exit_status));
  if (status.signal) put("signal", std::to_string(*status.signal));
  if (status.start_error) {
    put("start_error", std::to_string(*status.start_error));
    put("start_step", status.start_step);
  }
  put("timed_out", status.timed_out ? "1" : "0");
  put("terminated", status.terminated ? "1" : "0");
  put("leftover", std::to_string(status.leftover));
  put("survivors", std::to_string(status.survivors));
  put("wall_us", std::to_string(status.wall_us));
  put("user_us", std::to_string(status.user_us));
  put("system_us", std::to_string(status.system_us));
  put("max_rss_kib", std::to_string(status.max_rss_kib));
  if (status.limit != ReachedLimit::none) {
    put("limit", std::string(limit_names[static_cast<std::size_t>(status.limit)]));
  }
  if (status.out_of_memory) put("out_of_memory", "1");
  put("memory_kib", std::to_string(status.memory_kib));
  if (status.output_left_out > 0) put("output_left_out", std::to_string(status.output_left_out));
  if (status.errors_left_out > 0) put("errors_left_out", std::to_string(status.errors_left_out));
  return line + '\n';
}

std::optional<SupervisorStatus> parse_status(std::string_view line) {
  return parse_line<SupervisorStatus>(line);
}

std::string format_stall(const StallStatus& stall) {
  return std::string(stall_key) + '=' + std::to_string(stall.quiet_ms) +
         " wall_us=" + std::to_string(stall.wall_us) + " cpu_us=" + std::to_string(stall.cpu_us) +
         '\n';
}

std::optional<StallStatus> parse_stall(std::string_view line) {
  if (!line.starts_with(stall_key)) return std::nullopt;
  return parse_line<StallStatus>(line);
}

}  // namespace sharkreg::core
