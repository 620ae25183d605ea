// SPDX-License-Identifier: Apache-2.0
#include "tree.h"

#include <boost/json.hpp>
#include <cmath>

#include <fmt/format.h>

namespace sharkreg::conformance {
namespace {

namespace json = boost::json;

constexpr int most_tokens = 64;

bool is_pointer(std::string_view path) {
  if (path.empty()) return true;
  if (path.front() != '/') return false;
  for (std::size_t at = path.find('~'); at != path.npos; at = path.find('~', at + 1)) {
    if (at + 1 == path.size() || (path[at + 1] != '0' && path[at + 1] != '1')) return false;
  }
  return true;
}

const Tree& tree_of(const sr_reader* reader) {
  return *static_cast<const Tree*>(reader->self);
}

// What stands there, or null with the status that says why.
const json::value* find(const sr_reader* reader, sr_string path, sr_status& status) {
  const Tree& tree = tree_of(reader);
  status = SR_INVALID;
  if (!is_text(path) || !is_pointer(from_abi(path))) return nullptr;
  status = SR_ABSENT;
  if (!tree.has_root) return nullptr;
  json::error_code error;
  const json::value* found = tree.root.find_pointer(from_abi(path), error);
  if (found != nullptr) status = SR_OK;
  return found;
}

sr_value_kind kind(const sr_reader* reader, sr_string path) {
  sr_status status = SR_OK;
  const json::value* found = find(reader, path, status);
  if (found == nullptr) return SR_KIND_ABSENT;
  switch (found->kind()) {
    case json::kind::null:
      return SR_KIND_NULL;
    case json::kind::bool_:
      return SR_KIND_BOOLEAN;
    case json::kind::int64:
      return SR_KIND_INTEGER;
    case json::kind::uint64:
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

sr_status get_string(const sr_reader* reader, sr_string path, sr_string* out) {
  sr_status status = SR_OK;
  const json::value* found = find(reader, path, status);
  if (found == nullptr) return status;
  const json::string* text = found->if_string();
  if (text == nullptr) return SR_INVALID;
  *out = sr_string{text->data(), text->size()};
  return SR_OK;
}

sr_status get_integer(const sr_reader* reader, sr_string path, std::int64_t* out) {
  sr_status status = SR_OK;
  const json::value* found = find(reader, path, status);
  if (found == nullptr) return status;
  if (!found->is_int64()) return SR_INVALID;
  *out = found->get_int64();
  return SR_OK;
}

sr_status get_number(const sr_reader* reader, sr_string path, double* out) {
  sr_status status = SR_OK;
  const json::value* found = find(reader, path, status);
  if (found == nullptr) return status;
  if (!found->is_number()) return SR_INVALID;
  *out = found->is_double() ? found->get_double()
                            : static_cast<double>(found->to_number<std::int64_t>());
  return SR_OK;
}

sr_status get_boolean(const sr_reader* reader, sr_string path, std::int32_t* out) {
  sr_status status = SR_OK;
  const json::value* found = find(reader, path, status);
  if (found == nullptr) return status;
  if (!found->is_bool()) return SR_INVALID;
  *out = found->get_bool() ? 1 : 0;
  return SR_OK;
}

sr_status get_count(const sr_reader* reader, sr_string path, std::size_t* out) {
  sr_status status = SR_OK;
  const json::value* found = find(reader, path, status);
  if (found == nullptr) return status;
  if (!found->is_array() && !found->is_object()) return SR_INVALID;
  *out = found->is_array() ? found->get_array().size() : found->get_object().size();
  return SR_OK;
}

sr_status get_key(const sr_reader* reader, sr_string path, std::size_t index, sr_string* out) {
  sr_status status = SR_OK;
  const json::value* found = find(reader, path, status);
  if (found == nullptr) return status;
  const json::object* object = found->if_object();
  if (object == nullptr) return SR_INVALID;
  if (index >= object->size()) return SR_ABSENT;
  const auto key = (object->begin() + static_cast<std::ptrdiff_t>(index))->key();
  *out = sr_string{key.data(), key.size()};
  return SR_OK;
}

sr_status refuse(Tree& tree, const char* function, sr_string path, const char* why) {
  if (tree.trouble.empty()) {
    tree.trouble = fmt::format("{} at {}: {}", function, shown(path), why);
  }
  return SR_INVALID;
}

bool is_container(const json::value& value) {
  return value.is_array() || value.is_object();
}

// A token without its escapes.
std::string key_of(std::string_view token) {
  std::string key(token);
  for (const auto& [escape, character] : {std::pair("~1", '/'), std::pair("~0", '~')}) {
    for (std::size_t at = key.find(escape); at != key.npos; at = key.find(escape, at + 1)) {
      key.replace(at, 2, 1, character);
    }
  }
  return key;
}

bool is_index(std::string_view token) {
  return token == "-" || (!token.empty() && token.size() < 10 &&
                          token.find_first_not_of("0123456789") == token.npos);
}

// The element that a token names, made if it is the next one; null if it is neither.
json::value* element_at(json::array& array, const std::string& token) {
  if (!is_index(token)) return nullptr;
  const std::size_t index = token == "-" ? array.size() : std::stoul(token);
  if (index > array.size()) return nullptr;
  return index < array.size() ? &array[index] : &array.emplace_back(nullptr);
}

// Where a value that is not there yet comes to stand, with all its parents; null where it cannot.
json::value* make_place(Tree& tree, std::string_view pointer) {
  json::value* place = &tree.root;
  bool is_new = !tree.has_root;
  while (place != nullptr && !pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string token(pointer.substr(0, pointer.find('/')));
    pointer.remove_prefix(token.size());
    if (is_new && is_index(token)) place->emplace_array();
    if (is_new && !is_index(token)) place->emplace_object();
    if (json::object* object = place->if_object()) {
      const auto [member, inserted] = object->emplace(key_of(token), nullptr);
      place = &member->value();
      is_new = inserted;
    } else {
      json::array* array = place->if_array();
      const std::size_t before = array == nullptr ? 0 : array->size();
      place = array == nullptr ? nullptr : element_at(*array, token);
      is_new = array != nullptr && array->size() > before;
    }
  }
  return place;
}

sr_status put(sr_writer* writer, const char* function, sr_string path, json::value leaf) {
  Tree& tree = *static_cast<Tree*>(writer->self);
  const std::string_view pointer = from_abi(path);
  if (!is_text(path)) return refuse(tree, function, path, "the path is not UTF-8");
  if (!is_pointer(pointer)) return refuse(tree, function, path, "that is no JSON pointer");
  if (std::count(pointer.begin(), pointer.end(), '/') > most_tokens) {
    return refuse(tree, function, path, "deeper than 64 levels");
  }
  json::error_code error;
  json::value* there = tree.has_root ? tree.root.find_pointer(pointer, error) : nullptr;
  if (there != nullptr && (is_container(*there) || is_container(leaf))) {
    return there->kind() == leaf.kind()
               ? SR_OK
               : refuse(tree, function, path, "something of another kind stands there");
  }
  json::value* place = make_place(tree, pointer);
  if (place == nullptr) return refuse(tree, function, path, "the path contradicts what is there");
  *place = std::move(leaf);
  tree.has_root = true;
  return SR_OK;
}

sr_status put_string(sr_writer* writer, sr_string path, sr_string value) {
  if (!is_text(value)) {
    return refuse(*static_cast<Tree*>(writer->self), "put_string", path, "the text is not UTF-8");
  }
  return put(writer, "put_string", path, json::value(json::string(from_abi(value))));
}

sr_status put_integer(sr_writer* writer, sr_string path, std::int64_t value) {
  return put(writer, "put_integer", path, json::value(value));
}

sr_status put_number(sr_writer* writer, sr_string path, double value) {
  if (!std::isfinite(value)) {
    return refuse(*static_cast<Tree*>(writer->self), "put_number", path, "not a finite number");
  }
  return put(writer, "put_number", path, json::value(value));
}

sr_status put_boolean(sr_writer* writer, sr_string path, std::int32_t value) {
  return put(writer, "put_boolean", path, json::value(value != 0));
}

sr_status put_array(sr_writer* writer, sr_string path) {
  return put(writer, "put_array", path, json::value(json::array()));
}

sr_status put_object(sr_writer* writer, sr_string path) {
  return put(writer, "put_object", path, json::value(json::object()));
}

void fail(sr_writer* writer, sr_string message, sr_string hint) {
  Tree& tree = *static_cast<Tree*>(writer->self);
  if (!is_text(message) || !is_text(hint)) refuse(tree, "fail", {}, "the text is not UTF-8");
  tree.message = is_text(message) ? std::string(from_abi(message)) : std::string();
}

}  // namespace

Tree::Tree(Age age) : reader_(age), writer_(age) {
  sr_reader& reader = reader_.table;
  reader.self = this;
  reader.kind = &kind;
  reader.get_string = &get_string;
  reader.get_integer = &get_integer;
  reader.get_number = &get_number;
  reader.get_boolean = &get_boolean;
  reader.get_count = &get_count;
  reader.get_key = &get_key;
  sr_writer& writer = writer_.table;
  writer.self = this;
  writer.put_string = &put_string;
  writer.put_integer = &put_integer;
  writer.put_number = &put_number;
  writer.put_boolean = &put_boolean;
  writer.put_array = &put_array;
  writer.put_object = &put_object;
  writer.fail = &fail;
}

bool is_text(sr_string text) {
  if (text.data == nullptr) return text.size == 0;
  // The JSON parser is the judge of UTF-8 here.
  json::error_code error;
  json::parse(json::serialize(json::value(json::string(from_abi(text)))), error);
  return !error;
}

std::string shown(sr_string text) {
  return is_text(text) ? shown(from_abi(text)) : std::string("bytes that are not UTF-8");
}

std::string shown(std::string_view text) {
  constexpr std::size_t most = 200;
  if (text.size() > most) return json::serialize(json::string(text.substr(0, most))) + "…";
  return json::serialize(json::string(text));
}

}  // namespace sharkreg::conformance
