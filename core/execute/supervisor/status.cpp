// SPDX-License-Identifier: Apache-2.0
#include "status.h"

#include <charconv>
#include <system_error>

namespace sharkreg::core {
namespace {

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
  return true;
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
  return line + '\n';
}

std::optional<SupervisorStatus> parse_status(std::string_view line) {
  if (line.empty() || line.back() != '\n') return std::nullopt;
  line.remove_suffix(1);
  SupervisorStatus status;
  while (!line.empty()) {
    const std::string_view pair = line.substr(0, line.find(' '));
    line.remove_prefix(pair.size() == line.size() ? pair.size() : pair.size() + 1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    if (!parse_pair(pair.substr(0, equals), pair.substr(equals + 1), status)) return std::nullopt;
  }
  return status;
}

}  // namespace sharkreg::core
