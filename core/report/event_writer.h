// SPDX-License-Identifier: Apache-2.0
// Writes events and records as JSON by their field lists.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "base/verdict.h"
#include "report/event_fields.h"

namespace sharkreg::core {

// Appends values to a line, as text at once: a run of a hundred thousand steps writes several lines for
// each. Each overload of add() adds nothing, and returns false, for an empty value, whose member is
// left out then. Numbers and truth values are never empty, but JSON has no infinity and no NaN: those
// are left out as well.
class EventWriter {
 public:
  explicit EventWriter(std::string& line) : line_(line) {}

  bool add(const std::string& value) {
    if (value.empty()) return false;
    // Tools print, and files are called, what they like; a line of the file must stay readable.
    append_json(line_, is_valid_utf8(value) ? value : printable(value));
    return true;
  }

  bool add(std::same_as<bool> auto value) {
    line_ += value ? "true" : "false";
    return true;
  }

  bool add(std::int64_t value) {
    line_ += std::to_string(value);
    return true;
  }

  bool add(double value) {
    if (!std::isfinite(value)) return false;
    append_json(line_, value);
    return true;
  }

  bool add(Verdict value) {
    append_json(line_, name_of(value));
    return true;
  }

  template <class T>
  bool add(const std::optional<T>& value) {
    return value && add(*value);
  }

  template <class T>
  bool add(const std::vector<T>& value) {
    char before = '[';
    for (const T& element : value) {
      line_ += std::exchange(before, ',');
      // An element holds its place even when it is empty.
      if (!add(element)) line_ += std::is_same_v<T, std::string> ? "\"\"" : "{}";
    }
    if (!value.empty()) line_ += ']';
    return !value.empty();
  }

  template <class T>
  bool add(const std::map<std::string, T>& value) {
    char before = '{';
    std::set<std::string> names;  // two keys may be one when they are printable
    for (const auto& [key, element] : value) {
      const auto [name, is_new] = names.insert(printable(key));
      if (is_new) add_member(*name, element, before);
    }
    if (before == ',') line_ += '}';
    return before == ',';
  }

  template <class T>
    requires std::is_class_v<T>
  bool add(const T& value) {
    char before = '{';
    add_members(value, before);
    line_ += before == '{' ? "{}" : "}";
    return true;
  }

  // `before` is what stands before the first member that is added; then before the next one.
  template <class T>
  void add_members(const T& value, char& before) {
    fields([&](std::string_view name, const auto& member) { add_member(name, member, before); },
           value);
  }

 private:
  void add_member(std::string_view name, const auto& value, char& before) {
    const std::size_t length = line_.size();
    line_ += before;
    append_json(line_, name);
    line_ += ':';
    if (add(value)) {
      before = ',';
    } else {
      line_.resize(length);
    }
  }

  std::string& line_;
};

}  // namespace sharkreg::core
