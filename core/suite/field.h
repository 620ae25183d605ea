// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "suite/diagnostics.h"

namespace boost::json {
class value;
}  // namespace boost::json

namespace sharkreg::core {

// A value of a model file, with its place in it. Each reading function gives the value, or reports
// what stands there instead and gives nothing. Refers to the parsed file and to the Diagnostics,
// which must outlive it.
class Field {
 public:
  Field(const boost::json::value& value, std::string pointer, Diagnostics& diagnostics)
      : value_(&value), pointer_(std::move(pointer)), diagnostics_(&diagnostics) {}

  const std::string& pointer() const { return pointer_; }
  Diagnostics& diagnostics() const { return *diagnostics_; }

  bool is_null() const;
  bool is_object() const;
  bool is_empty_text() const { return is_text(""); }
  bool is_text(std::string_view text) const;
  bool is_boolean() const;

  // What stands there, for a message: `the text "…"`, "an array".
  std::string description() const;

  // Reports an error of this value.
  void reject(std::string expected) const;
  void reject(std::string found, std::string expected) const;

  // A text that is not empty and can be an argument of a program. `what` completes "expected".
  std::optional<std::string> text(std::string_view what) const;
  std::optional<bool> boolean() const;
  std::optional<std::uint64_t> whole_number(std::string_view what) const;      // not below 0
  std::optional<std::vector<std::string>> texts(std::string_view what) const;  // an array of them

  // The elements of an array; none, after a report, if it is something else.
  std::vector<Field> elements(std::string_view what) const;

  struct Member;
  // The members of an object, in order; none, after a report, if it is something else.
  std::vector<Member> members(std::string_view what) const;

  // Reads an object with some of these members and no others.
  using Reader = std::function<void(const Field&)>;
  struct MemberReader {
    std::string name;
    Reader read;
  };
  void read_members(std::string_view what, const std::vector<MemberReader>& readers) const;

 private:
  const boost::json::value* value_;
  std::string pointer_;
  Diagnostics* diagnostics_;
};

struct Field::Member {
  std::string name;
  Field field;
};

}  // namespace sharkreg::core
