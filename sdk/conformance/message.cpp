// SPDX-License-Identifier: Apache-2.0
#include "message.h"

#include <boost/json.hpp>

namespace sharkreg::conformance {
namespace {

namespace json = boost::json;

json::value to_json(const PluginIdentity& identity) {
  json::array interfaces;
  for (const InterfaceName& one : identity.interfaces) {
    interfaces.push_back({{"index", one.index}, {"id", one.id}, {"name", one.name}});
  }
  return {{"name", identity.name},
          {"version", identity.version},
          {"toolchain", identity.toolchain},
          {"interfaces", std::move(interfaces)}};
}

std::string text_at(const json::object& object, const char* name) {
  return std::string(object.at(name).as_string());
}

PluginIdentity identity_from(const json::object& object) {
  PluginIdentity identity{
      text_at(object, "name"), text_at(object, "version"), text_at(object, "toolchain"), {}};
  for (const json::value& one : object.at("interfaces").as_array()) {
    identity.interfaces.push_back({one.at("index").to_number<std::size_t>(),
                                   text_at(one.as_object(), "id"),
                                   text_at(one.as_object(), "name")});
  }
  return identity;
}

Performed performed_from(const json::object& line) {
  Performed performed;
  Result& result = performed.result;
  const auto outcome = line.at("outcome").to_number<int>();
  if (outcome < 0 || outcome > 2) throw std::out_of_range("outcome");
  result.outcome = static_cast<Outcome>(outcome);
  result.reason = text_at(line, "reason");
  result.finding = {text_at(line, "asked"), text_at(line, "wanted"), text_at(line, "came"),
                    text_at(line, "advice")};
  if (line.contains("identity")) {
    performed.identity = identity_from(line.at("identity").as_object());
  }
  return performed;
}

}  // namespace

std::string question_line(const std::string& asked) {
  return json::serialize(json::value{{"ask", asked}}) + "\n";
}

std::string result_line(const Performed& performed) {
  const Result& result = performed.result;
  json::object line{{"outcome", static_cast<int>(result.outcome)},
                    {"reason", result.reason},
                    {"asked", result.finding.asked},
                    {"wanted", result.finding.wanted},
                    {"came", result.finding.came},
                    {"advice", result.finding.advice}};
  if (performed.identity) line["identity"] = to_json(*performed.identity);
  return json::serialize(line) + "\n";
}

Told read_lines(std::string_view lines) {
  Told told;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    if (end == lines.npos) break;
    json::error_code error;
    const json::value value = json::parse(lines.substr(0, end), error);
    lines.remove_prefix(end + 1);
    if (error || !value.is_object()) continue;
    try {
      const json::object& line = value.get_object();
      if (line.contains("ask")) {
        told.asked = text_at(line, "ask");
      } else {
        told.performed = performed_from(line);
        told.finished = true;
      }
    } catch (const std::exception&) {
      continue;
    }
  }
  return told;
}

}  // namespace sharkreg::conformance
