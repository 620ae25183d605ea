// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <algorithm>

#include <boost/json.hpp>

#include <fmt/format.h>

namespace sharkreg::conformance {
namespace {

namespace json = boost::json;

std::string name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
      return "passed";
    case Outcome::skipped:
      return "skipped";
    case Outcome::failed:
      break;
  }
  return "failed";
}

std::size_t count(const Report& report, Outcome outcome) {
  return static_cast<std::size_t>(std::ranges::count(report.results, outcome, &Result::outcome));
}

std::string title(const Report& report) {
  if (!report.identity) return report.file + "\n";
  const PluginIdentity& who = *report.identity;
  std::string text =
      fmt::format("{}\n{} {}, built by {}\n", report.file, who.name, who.version, who.toolchain);
  for (const InterfaceName& one : who.interfaces)
    text += fmt::format("  {} {}\n", one.id, one.name);
  return text;
}

std::string line_of(const Result& result, std::size_t width) {
  const char* const mark = result.outcome == Outcome::passed    ? "pass"
                           : result.outcome == Outcome::skipped ? "skip"
                                                                : "FAIL";
  std::string text = fmt::format("{}  {:<{}}  {:5.2f} s  {}", mark, result.name, width,
                                 result.seconds, result.sentence);
  if (result.outcome == Outcome::skipped) text += ": skipped, " + result.reason;
  text += '\n';
  if (result.outcome != Outcome::failed) return text;
  const Finding& finding = result.finding;
  for (const auto& [label, value] : {std::pair<const char*, std::string>{"asked", finding.asked},
                                     {"wanted", finding.wanted},
                                     {"came", finding.came},
                                     {"do", finding.advice}}) {
    if (!value.empty()) text += fmt::format("      {:<6}  {}\n", label, value);
  }
  return text;
}

}  // namespace

bool Report::conforms() const {
  return count(*this, Outcome::failed) == 0;
}

std::string as_text(const Report& report) {
  std::size_t width = 0;
  for (const Result& result : report.results) width = std::max(width, result.name.size());
  std::string text = title(report) + "\n";
  for (const Result& result : report.results) text += line_of(result, width);
  text += fmt::format("\n{} passed, {} failed, {} skipped in {:.1f} s: {} {}\n",
                      count(report, Outcome::passed), count(report, Outcome::failed),
                      count(report, Outcome::skipped), report.seconds, report.file,
                      report.conforms() ? "conforms" : "does not conform");
  return text;
}

std::string as_json(const Report& report) {
  json::array cases;
  for (const Result& result : report.results) {
    json::object one{{"name", result.name},
                     {"sentence", result.sentence},
                     {"outcome", name_of(result.outcome)},
                     {"seconds", result.seconds}};
    if (result.outcome == Outcome::skipped) one["reason"] = result.reason;
    if (result.outcome == Outcome::failed) {
      one["asked"] = result.finding.asked;
      one["wanted"] = result.finding.wanted;
      one["came"] = result.finding.came;
      one["advice"] = result.finding.advice;
    }
    cases.push_back(std::move(one));
  }
  json::value plugin;
  if (report.identity) {
    json::array interfaces;
    for (const InterfaceName& one : report.identity->interfaces) {
      interfaces.push_back({{"id", one.id}, {"name", one.name}});
    }
    plugin = {{"name", report.identity->name},
              {"version", report.identity->version},
              {"toolchain", report.identity->toolchain},
              {"interfaces", std::move(interfaces)}};
  }
  return json::serialize(json::object{{"schema", "sharkreg.conformance_report/1"},
                                      {"file", report.file},
                                      {"conforms", report.conforms()},
                                      {"plugin", std::move(plugin)},
                                      {"seconds", report.seconds},
                                      {"cases", std::move(cases)}}) +
         "\n";
}

}  // namespace sharkreg::conformance
