// SPDX-License-Identifier: Apache-2.0
// Fills events and records from JSON by their field lists.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/json.h"
#include "base/verdict.h"
#include "report/event_fields.h"

namespace sharkreg::core {

// Reads values one into another and remembers the first that is not what it should be. A member
// that is absent keeps its default, since empty ones are not written; unknown members are ignored.
class EventReader {
 public:
  // What is wrong, with its JSON pointer; empty: nothing.
  const std::string& problem() const { return problem_; }

  void read(const boost::json::value& json, std::string& value) {
    if (const auto* text = json.if_string()) {
      value = *text;
    } else {
      expected("a string");
    }
  }

  void read(const boost::json::value& json, bool& value) {
    if (const auto* truth = json.if_bool()) {
      value = *truth;
    } else {
      expected("true or false");
    }
  }

  void read(const boost::json::value& json, std::int64_t& value) {
    boost::system::error_code error;
    const auto number = json.to_number<std::int64_t>(error);
    if (error) return expected("an integer");
    value = number;
  }

  void read(const boost::json::value& json, double& value) {
    boost::system::error_code error;
    const auto number = json.to_number<double>(error);
    if (error) return expected("a number");
    value = number;
  }

  void read(const boost::json::value& json, Verdict& value) {
    const auto* text = json.if_string();
    const auto verdict = text ? verdict_from_name(*text) : std::nullopt;
    if (!verdict) return expected("the name of a verdict");
    value = *verdict;
  }

  template <class T>
  void read(const boost::json::value& json, std::optional<T>& value) {
    read(json, value.emplace());
  }

  template <class T>
  void read(const boost::json::value& json, std::vector<T>& value) {
    const auto* array = json.if_array();
    if (!array) return expected("an array");
    for (const boost::json::value& element : *array) {
      within(std::to_string(value.size()), [&] { read(element, value.emplace_back()); });
    }
  }

  template <class T>
  void read(const boost::json::value& json, std::map<std::string, T>& value) {
    const auto* object = json.if_object();
    if (!object) return expected("an object");
    for (const auto& [key, element] : *object) {
      within(key, [&] { read(element, value[std::string(key)]); });
    }
  }

  template <class T>
    requires std::is_class_v<T>
  void read(const boost::json::value& json, T& value) {
    const auto* object = json.if_object();
    if (!object) return expected("an object");
    fields(
        [&](std::string_view name, auto& member) {
          const auto* found = object->if_contains(name);
          if (!found) return require(name, member);
          within(name, [&] { read(*found, member); });
        },
        value);
  }

 private:
  // A verdict is always written: a step without one would be taken for something that it is not.
  void require(std::string_view, const auto&) {}
  void require(std::string_view name, const Verdict&) {
    within(name, [&] { expected("the name of a verdict"); });
  }

  void within(std::string_view token, auto&& action) {
    const std::size_t length = pointer_.size();
    pointer_ += '/';
    pointer_ += pointer_token(token);
    action();
    pointer_.resize(length);
  }

  void expected(std::string_view what) {
    if (!problem_.empty()) return;
    problem_ = pointer_.empty() ? "" : pointer_ + ": ";
    problem_ += "expected ";
    problem_ += what;
  }

  std::string pointer_;
  std::string problem_;
};

}  // namespace sharkreg::core
