// SPDX-License-Identifier: Apache-2.0
// Turns events and records into JSON by their field lists.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/json.hpp>

#include "base/text.h"
#include "base/verdict.h"
#include "report/event_fields.h"

namespace sharkreg::core {

// Each overload gives nothing for an empty value, whose member is left out then. Numbers and truth
// values are never empty, but JSON has no infinity and no NaN: those are left out as well.

inline std::optional<boost::json::value> json_of(const std::string& value) {
  if (value.empty()) return std::nullopt;
  // Tools print, and files are called, what they like; a line of the file must stay readable.
  return boost::json::value(is_valid_utf8(value) ? value : printable(value));
}

inline std::optional<boost::json::value> json_of(bool value) {
  return boost::json::value(value);
}

inline std::optional<boost::json::value> json_of(std::int64_t value) {
  return boost::json::value(value);
}

inline std::optional<boost::json::value> json_of(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  return boost::json::value(value);
}

inline std::optional<boost::json::value> json_of(Verdict value) {
  return boost::json::value(name_of(value));
}

template <class T>
  requires std::is_class_v<T>
std::optional<boost::json::value> json_of(const T& value);

template <class T>
std::optional<boost::json::value> json_of(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return json_of(*value);
}

template <class T>
std::optional<boost::json::value> json_of(const std::vector<T>& value) {
  if (value.empty()) return std::nullopt;
  boost::json::array array;
  // An element holds its place even when it is empty.
  const boost::json::value hole =
      std::is_same_v<T, std::string> ? boost::json::value("") : boost::json::object();
  for (const T& element : value) array.push_back(json_of(element).value_or(hole));
  return array;
}

template <class T>
std::optional<boost::json::value> json_of(const std::map<std::string, T>& value) {
  boost::json::object object;
  for (const auto& [key, element] : value) {
    if (auto json = json_of(element)) object[printable(key)] = std::move(*json);
  }
  if (object.empty()) return std::nullopt;
  return object;
}

// Adds the members of `value` behind those that `object` has.
template <class T>
void add_members(boost::json::object& object, const T& value) {
  fields(
      [&](std::string_view name, const auto& member) {
        if (auto json = json_of(member)) object[name] = std::move(*json);
      },
      value);
}

template <class T>
  requires std::is_class_v<T>
std::optional<boost::json::value> json_of(const T& value) {
  boost::json::object object;
  add_members(object, value);
  return object;
}

}  // namespace sharkreg::core
