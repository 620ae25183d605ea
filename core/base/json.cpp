// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <optional>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "base/files.h"
#include "base/json_builder.h"
#include "base/json_problem.h"
#include "base/text.h"

namespace sharkreg::core {
namespace {

namespace json = boost::json;

// The value, or what is wrong.
std::optional<json::value> parse(std::string_view text, std::vector<JsonProblem>& problems) {
  if (const std::optional<JsonProblem> problem = find_encoding_problem(text)) {
    problems.push_back(*problem);
    return std::nullopt;
  }
  json::parse_options options;
  options.max_depth = most_json_levels;
  json::basic_parser<JsonBuilder> parser(options);
  JsonStop stop;
  stop.offset = parser.write_some(false, text.data(), text.size(), stop.error);
  if (!stop.error && stop.offset < text.size()) stop.error = json::error::extra_data;
  JsonBuilder& builder = parser.handler();
  for (const DuplicateJsonKey& duplicate : builder.duplicates()) {
    problems.push_back(describe(text, duplicate));
  }
  if (stop.error) problems.push_back(describe(text, stop, builder));
  if (!problems.empty()) return std::nullopt;
  return builder.release();
}

}  // namespace

Result<json::value> parse_json(std::string_view text, const std::string& name) {
  std::vector<JsonProblem> problems;
  std::optional<json::value> value = parse(text, problems);
  if (value) return std::move(*value);

  std::string message;
  for (const JsonProblem& problem : problems) {
    if (!message.empty()) message += "; ";
    message += fmt::format("{}:{}:{}: {}found {}, expected {}", printable(name), problem.line,
                           problem.column, problem.pointer.empty() ? "" : problem.pointer + ": ",
                           problem.found, problem.expected);
  }
  return Error{ErrorKind::invalid, std::move(message), ""};
}

Result<json::value> read_json_file(const std::filesystem::path& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return text.error();
  return parse_json(*text, path.native());
}

std::vector<JsonProblem> find_json_problems(std::string_view text) {
  std::vector<JsonProblem> problems;
  parse(text, problems);
  return problems;
}

std::string pointer_token(std::string_view token) {
  std::string escaped;
  for (const char letter : token) {
    if (letter == '~') {
      escaped += "~0";
    } else if (letter == '/') {
      escaped += "~1";
    } else {
      escaped += letter;
    }
  }
  return escaped;
}

}  // namespace sharkreg::core
