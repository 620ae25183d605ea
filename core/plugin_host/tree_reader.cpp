// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include <boost/json.hpp>

#include <sharkreg/codec.h>

#include "plugin_host/tree_content.h"

// Nothing here allocates, so nothing throws.
namespace sharkreg::core {
namespace {

namespace json = boost::json;

const json::value* member_of(const json::object& object, const PointerToken& token) {
  if (!token.is_escaped()) return object.if_contains(token.spelling());
  for (const auto& member : object) {
    if (token.names(member.key())) return &member.value();
  }
  return nullptr;
}

}  // namespace

const json::value* child_of(const json::value& parent, const PointerToken& token) {
  if (const json::object* object = parent.if_object()) return member_of(*object, token);
  const json::array* array = parent.if_array();
  const auto index = token.index();
  return array != nullptr && index ? array->if_contains(*index) : nullptr;
}

namespace {

// What stands at a path: a value, or the status that says why there is none.
struct Place {
  const json::value* value;
  sr_status status;
};

Place look_up(const TreeContent& content, sr_string path) {
  const std::string_view pointer = from_abi(path);
  if (!is_json_pointer(pointer)) return {nullptr, SR_INVALID};
  const json::value* value = content.has_root ? &content.root : nullptr;
  for (PointerWalk walk(pointer); value != nullptr && !walk.done(); walk.pop()) {
    value = child_of(*value, walk.front());
  }
  return {value, value == nullptr ? SR_ABSENT : SR_OK};
}

sr_value_kind kind_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return SR_KIND_NULL;
    case json::kind::bool_:
      return SR_KIND_BOOLEAN;
    case json::kind::int64:
      return SR_KIND_INTEGER;
    case json::kind::uint64:  // Boost.JSON holds what exceeds int64_t so
    case json::kind::double_:
      return SR_KIND_NUMBER;
    case json::kind::string:
      return SR_KIND_STRING;
    case json::kind::array:
      return SR_KIND_ARRAY;
    case json::kind::object:
      return SR_KIND_OBJECT;
  }
  return SR_KIND_ABSENT;
}

// The functions behind sr_reader. None allocates, so none throws.
struct Reading {
  static Place at(const sr_reader* reader, sr_string path) {
    return look_up(*static_cast<const TreeContent*>(reader->self), path);
  }

  static sr_value_kind kind(const sr_reader* reader, sr_string path) {
    const Place place = at(reader, path);
    return place.value == nullptr ? SR_KIND_ABSENT : kind_of(*place.value);
  }

  static sr_status get_string(const sr_reader* reader, sr_string path, sr_string* out) {
    const Place place = at(reader, path);
    if (place.value == nullptr) return place.status;
    const json::string* text = place.value->if_string();
    if (text == nullptr) return SR_INVALID;
    *out = sr_string{text->data(), text->size()};
    return SR_OK;
  }

  static sr_status get_integer(const sr_reader* reader, sr_string path, std::int64_t* out) {
    const Place place = at(reader, path);
    if (place.value == nullptr) return place.status;
    const std::int64_t* integer = place.value->if_int64();
    if (integer == nullptr) return SR_INVALID;
    *out = *integer;
    return SR_OK;
  }

  static sr_status get_number(const sr_reader* reader, sr_string path, double* out) {
    const Place place = at(reader, path);
    if (place.value == nullptr) return place.status;
    if (const double* number = place.value->if_double()) {
      *out = *number;
    } else if (const std::int64_t* integer = place.value->if_int64()) {
      *out = static_cast<double>(*integer);
    } else if (const std::uint64_t* large = place.value->if_uint64()) {
      *out = static_cast<double>(*large);
    } else {
      return SR_INVALID;
    }
    return SR_OK;
  }

  static sr_status get_boolean(const sr_reader* reader, sr_string path, std::int32_t* out) {
    const Place place = at(reader, path);
    if (place.value == nullptr) return place.status;
    const bool* boolean = place.value->if_bool();
    if (boolean == nullptr) return SR_INVALID;
    *out = *boolean ? 1 : 0;
    return SR_OK;
  }

  static sr_status get_count(const sr_reader* reader, sr_string path, std::size_t* out) {
    const Place place = at(reader, path);
    if (place.value == nullptr) return place.status;
    if (const json::array* array = place.value->if_array()) {
      *out = array->size();
    } else if (const json::object* object = place.value->if_object()) {
      *out = object->size();
    } else {
      return SR_INVALID;
    }
    return SR_OK;
  }

  static sr_status get_key(const sr_reader* reader, sr_string path, std::size_t index,
                           sr_string* out) {
    const Place place = at(reader, path);
    if (place.value == nullptr) return place.status;
    const json::object* object = place.value->if_object();
    if (object == nullptr) return SR_INVALID;
    if (index >= object->size()) return SR_ABSENT;
    const auto key = (object->begin() + static_cast<std::ptrdiff_t>(index))->key();
    *out = sr_string{key.data(), key.size()};
    return SR_OK;
  }
};

}  // namespace

sr_reader make_reader(const TreeContent& content) {
  sr_reader reader{};
  reader.struct_size = sizeof reader;
  reader.self = &content;
  reader.kind = &Reading::kind;
  reader.get_string = &Reading::get_string;
  reader.get_integer = &Reading::get_integer;
  reader.get_number = &Reading::get_number;
  reader.get_boolean = &Reading::get_boolean;
  reader.get_count = &Reading::get_count;
  reader.get_key = &Reading::get_key;
  return reader;
}

}  // namespace sharkreg::core
