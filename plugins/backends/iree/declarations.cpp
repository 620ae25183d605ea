// SPDX-License-Identifier: Apache-2.0
#include "iree/declarations.h"

#include <charconv>
#include <map>

#include "iree/text.h"

namespace sharkreg::iree {
namespace {

// Exported functions and their declarations; empty for a function without one. The module's own
// initialisers are left out.
std::map<std::string, std::string> exported_functions(std::string_view metadata) {
  std::map<std::string, std::string> functions;
  std::string current;
  bool in_section = false;
  for (const std::string_view line : lines_of(metadata)) {
    if (!in_section) {
      in_section = line.starts_with("Exported Functions:");
      continue;
    }
    const std::string_view text = trimmed(line);
    if (text.empty()) break;
    constexpr std::string_view key = "iree.abi.declaration:";
    if (text.starts_with('[')) {
      current = std::string(trimmed(between(text, "]", "(")));
      if (!current.starts_with("__")) functions[current];
    } else if (text.starts_with(key) && functions.contains(current)) {
      functions[current] = std::string(trimmed(text.substr(key.size())));
    }
  }
  return functions;
}

// The parts between commas that stand outside of any brackets.
std::vector<std::string_view> top_level_parts(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const char c = text[index];
    if (c == '<' || c == '(' || c == '{' || c == '[') ++depth;
    if (c == '>' || c == ')' || c == '}' || c == ']') --depth;
    if (c != ',' || depth != 0) continue;
    parts.push_back(trimmed(text.substr(start, index - start)));
    start = index + 1;
  }
  const std::string_view last = trimmed(text.substr(start));
  if (!last.empty()) parts.push_back(last);
  return parts;
}

// "%output0: tensor<4x?xf32> {attributes}" or "%output2: i32".
DeclaredResult parse_result(std::string_view text) {
  DeclaredResult result;
  text = trimmed(text.substr(text.find(':') + 1));
  text = trimmed(text.substr(0, text.find('{')));
  if (!text.starts_with("tensor<")) {
    result.type = text;
    return result;
  }
  text.remove_prefix(7);
  text.remove_suffix(text.ends_with('>') ? 1 : 0);
  for (;;) {
    const std::size_t digits = text.find_first_not_of("0123456789?");
    if (digits == 0 || digits == std::string_view::npos || text[digits] != 'x') break;
    std::int64_t size = -1;
    if (text.front() != '?') std::from_chars(text.data(), text.data() + digits, size);
    result.shape.push_back(size);
    text.remove_prefix(digits + 1);
  }
  result.type = text;
  return result;
}

}  // namespace

ExecuteAnswer declared_results(std::string_view metadata, const std::string& function) {
  const auto functions = exported_functions(metadata);
  const auto named =
      function.empty() && functions.size() == 1 ? functions.begin() : functions.find(function);
  if (named == functions.end()) {
    throw Failure(Failure::Kind::invalid,
                  function.empty() ? "the module exports several functions and none was named"
                                   : "the module exports no function \"" + function + "\"");
  }
  ExecuteAnswer answer;
  std::string_view results = named->second;
  const std::size_t arrow = results.rfind(" -> ");
  if (arrow == std::string_view::npos) return answer;
  results = trimmed(results.substr(arrow + 4));
  if (results.starts_with('(') && results.ends_with(')')) {
    results = results.substr(1, results.size() - 2);
  }
  for (const std::string_view part : top_level_parts(results)) {
    answer.results.push_back(parse_result(part));
  }
  return answer;
}

ExecuteAnswer read_declarations(const ExecuteRequest& request) {
  constexpr std::size_t size_limit = std::size_t{4} << 20;
  const auto file = request.inputs.find(module_metadata);
  if (file == request.inputs.end() || request.arguments.size() != 1) {
    throw Failure(Failure::Kind::invalid,
                  "read_declarations needs one argument and the input module_metadata");
  }
  const std::string metadata = read_text(file->second, size_limit);
  if (metadata.empty()) {
    throw Failure(Failure::Kind::failed, file->second + " is empty or cannot be read");
  }
  return declared_results(metadata, request.arguments.front());
}

}  // namespace sharkreg::iree
