// SPDX-License-Identifier: Apache-2.0
#include "suite/field.h"

#include <algorithm>

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"

namespace sharkreg::core {

bool Field::is_null() const {
  return value_->is_null();
}
bool Field::is_object() const {
  return value_->is_object();
}
bool Field::is_text(std::string_view text) const {
  return value_->is_string() && std::string_view(value_->get_string()) == text;
}
bool Field::is_boolean() const {
  return value_->is_bool();
}

std::string Field::description() const {
  switch (value_->kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return value_->get_bool() ? "true" : "false";
    case boost::json::kind::string: {
      const auto& text = value_->get_string();
      return text.empty() ? "an empty text" : "the text " + shown({text.data(), text.size()});
    }
    case boost::json::kind::array:
      return "an array";
    case boost::json::kind::object:
      return "an object";
    default:
      return "the number " + to_json_line(*value_);
  }
}

void Field::reject(std::string expected) const {
  reject(description(), std::move(expected));
}

void Field::reject(std::string found, std::string expected) const {
  diagnostics_->error(pointer_, std::move(found), std::move(expected));
}

std::optional<std::string> Field::text(std::string_view what) const {
  if (!value_->is_string() || value_->get_string().empty()) {
    reject(std::string(what));
    return std::nullopt;
  }
  std::string text(value_->get_string());
  if (text.find('\0') != std::string::npos) {
    reject("a text with a NUL character", std::string(what));
    return std::nullopt;
  }
  return text;
}

std::optional<bool> Field::boolean() const {
  if (value_->is_bool()) return value_->get_bool();
  reject("true or false");
  return std::nullopt;
}

std::optional<std::uint64_t> Field::whole_number(std::string_view what) const {
  if (value_->is_uint64()) return value_->get_uint64();
  if (value_->is_int64() && value_->get_int64() >= 0) {
    return static_cast<std::uint64_t>(value_->get_int64());
  }
  reject(std::string(what));
  return std::nullopt;
}

std::optional<std::vector<std::string>> Field::texts(std::string_view what) const {
  if (!value_->is_array()) {
    reject(fmt::format("an array of texts, each {}", what));
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (const Field& element : elements(what)) {
    if (std::optional<std::string> text = element.text(what)) texts.push_back(*std::move(text));
  }
  return texts;
}

std::vector<Field> Field::elements(std::string_view what) const {
  if (!value_->is_array()) {
    reject(std::string(what));
    return {};
  }
  std::vector<Field> fields;
  for (const auto& element : value_->get_array()) {
    fields.emplace_back(element, fmt::format("{}/{}", pointer_, fields.size()), *diagnostics_);
  }
  return fields;
}

std::vector<Field::Member> Field::members(std::string_view what) const {
  if (!value_->is_object()) {
    reject(std::string(what));
    return {};
  }
  std::vector<Member> members;
  for (const auto& member : value_->get_object()) {
    const std::string name(member.key());
    members.push_back(
        {name, Field(member.value(), pointer_ + '/' + pointer_token(name), *diagnostics_)});
  }
  return members;
}

void Field::read_members(std::string_view what, const std::vector<MemberReader>& readers) const {
  std::vector<std::string> names;
  for (const MemberReader& reader : readers) names.push_back(reader.name);
  for (const Member& member : members(what)) {
    const auto reader = std::find_if(readers.begin(), readers.end(),
                                     [&](const auto& each) { return each.name == member.name; });
    if (reader != readers.end()) {
      reader->read(member.field);
      continue;
    }
    diagnostics_->unknown_field(member.field.pointer(), "the unknown field " + shown(member.name),
                                join(names, " or ") + did_you_mean(member.name, names));
  }
}

}  // namespace sharkreg::core
