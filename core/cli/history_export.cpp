// SPDX-License-Identifier: Apache-2.0
#include "cli/history_export.h"

#include <array>
#include <optional>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t page = 500;

double seconds(std::int64_t microseconds) {
  return static_cast<double>(microseconds) / 1e6;
}

// "a 1", "b 2" → {"a": "1", "b": "2"}.
boost::json::object tools_of(const PastStep& step) {
  boost::json::object tools;
  for (const std::string& line : split(step.tools, '\n')) {
    const std::size_t space = line.find(' ');
    if (line.empty()) continue;
    tools[line.substr(0, space)] = space == std::string::npos ? "" : line.substr(space + 1);
  }
  return tools;
}

// In the order of the columns.
boost::json::object object_of(const PastStep& step) {
  boost::json::object object;
  object["time"] = step.time;
  object["run"] = step.run.name;
  object["model"] = step.subject.model;
  object["submodel"] = step.subject.submodel;
  object["step"] = step.subject.step;
  object["stage"] = step.subject.stage;
  object["backend"] = step.subject.backend;
  object["target"] = step.subject.target;
  object["sku"] = step.run.sku;
  object["verdict"] = step.verdict;
  object["cached"] = step.cached;
  object["seconds"] = seconds(step.wall);
  object["user_seconds"] = seconds(step.user);
  object["system_seconds"] = seconds(step.system);
  object["peak_memory_bytes"] = step.peak_memory;
  object["device"] = step.device;
  object["host"] = step.run.host;
  object["system"] = step.run.system;
  object["shard"] = step.run.shard;
  object["version"] = step.run.version;
  object["tools"] = tools_of(step);
  return object;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char byte : text) {
    if (byte == '"') quoted += '"';
    quoted += byte;
  }
  return quoted + '"';
}

std::string csv_value(const boost::json::value& value) {
  if (const auto* text = value.if_string()) return csv_field(*text);
  if (const auto* number = value.if_double()) return fmt::format("{:.6f}", *number);
  if (const auto* object = value.if_object()) {
    std::vector<std::string> parts;
    for (const auto& [name, version] : *object) {
      parts.emplace_back(trim(std::string(name) + " " + std::string(version.get_string())));
    }
    return csv_field(join(parts, "; "));
  }
  return to_json_line(value);
}

template <class Text>
std::string csv_line(const boost::json::object& object, Text&& text_of) {
  std::vector<std::string> fields;
  for (const auto& member : object) fields.push_back(text_of(member));
  return join(fields, ",") + "\r\n";
}

std::string line_of(const PastStep& step, ExportFormat format) {
  const boost::json::object object = object_of(step);
  if (format == ExportFormat::json_lines) return to_json_line(boost::json::value(object)) + "\n";
  return csv_line(object, [](const auto& member) { return csv_value(member.value()); });
}

}  // namespace

Result<void> export_history(History& history, const std::vector<Subject>& subjects,
                            ExportFormat format,
                            const std::function<void(std::string_view)>& write) {
  if (format == ExportFormat::csv) {
    write(csv_line(object_of({}), [](const auto& member) { return std::string(member.key()); }));
  }
  for (const Subject& subject : subjects) {
    std::optional<PastStep> last;
    while (true) {
      auto steps = history.steps_of(subject, page, last);
      if (!steps) return steps.error();
      for (const PastStep& step : *steps) write(line_of(step, format));
      if (steps->size() < page) break;
      last = std::move(steps->back());
    }
  }
  return {};
}

}  // namespace sharkreg::core
