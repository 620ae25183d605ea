// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <utility>

#include <boost/json.hpp>

#include <sharkreg/codec.h>

#include "base/text.h"
#include "plugin_host/tree_content.h"

#include <algorithm>

namespace sharkreg::core {
namespace {

namespace json = boost::json;

// Deeper trees are a plugin's mistake; code that walks a tree by recursion relies on this.
constexpr int most_levels = 64;

bool is_container(const json::value& value) {
  return value.is_array() || value.is_object();
}

// Puts `leaf` where something stands already: the last scalar counts, a container of the same kind
// stays as it is.
sr_status put_over(json::value& place, json::value leaf) {
  if (is_container(place) || is_container(leaf)) {
    return place.kind() == leaf.kind() ? SR_OK : SR_INVALID;
  }
  place = std::move(leaf);
  return SR_OK;
}

// Wraps `value` into the parents that the rest of a path asks for. False if a number in it would
// leave a gap in a new array.
bool make_parents(PointerWalk walk, json::value& value) {
  if (walk.done()) return true;
  const PointerToken token = walk.front();
  walk.pop();
  if (!make_parents(walk, value)) return false;
  json::value parent;
  if (const auto index = token.index(); index || token.is_append()) {
    if (index.value_or(0) != 0) return false;
    parent.emplace_array().push_back(std::move(value));
  } else {
    parent.emplace_object().emplace(token.key(), std::move(value));
  }
  value = std::move(parent);
  return true;
}

// Adds to `parent` the child that the path names and that is not there yet, with all below it.
sr_status add_child(json::value& parent, PointerWalk walk, json::value leaf) {
  const PointerToken token = walk.front();
  walk.pop();
  if (json::object* object = parent.if_object()) {
    if (!make_parents(walk, leaf)) return SR_INVALID;
    object->emplace(token.key(), std::move(leaf));
    return SR_OK;
  }
  json::array* array = parent.if_array();
  if (array == nullptr) return SR_INVALID;
  if (!token.is_append() && token.index() != array->size()) return SR_INVALID;
  if (!make_parents(walk, leaf)) return SR_INVALID;
  array->push_back(std::move(leaf));
  return SR_OK;
}

int levels_of(PointerWalk walk) {
  int levels = 0;
  for (; !walk.done(); walk.pop()) ++levels;
  return levels;
}

// All or nothing: a put that is refused leaves the tree as it was.
sr_status put(TreeContent& content, std::string_view path, json::value leaf) {
  if (!is_json_pointer(path) || !is_valid_utf8(path)) return SR_INVALID;
  PointerWalk walk(path);
  if (levels_of(walk) > most_levels) return SR_INVALID;
  if (!content.has_root) {
    if (!make_parents(walk, leaf)) return SR_INVALID;
    content.root = std::move(leaf);
    content.has_root = true;
    return SR_OK;
  }
  json::value* place = &content.root;
  for (; !walk.done(); walk.pop()) {
    // The tree belongs to `content`, which is mutable; look-ups share the reader's const code.
    auto* child = const_cast<json::value*>(child_of(*place, walk.front()));
    if (child == nullptr) return add_child(*place, walk, std::move(leaf));
    place = child;
  }
  return put_over(*place, std::move(leaf));
}

// The functions behind sr_writer. Memory may run out in them; nothing else is thrown.
struct Writing {
  template <class Make>
  static sr_status guarded(sr_writer* writer, sr_string path, Make&& make) noexcept {
    try {
      return put(*static_cast<TreeContent*>(writer->self), from_abi(path), make());
    } catch (...) {
      return SR_FAILED;
    }
  }

  static sr_status put_string(sr_writer* writer, sr_string path, sr_string value) {
    const std::string_view text = from_abi(value);
    if (!is_valid_utf8(text)) return SR_INVALID;
    return guarded(writer, path, [&] { return json::value(json::string(text)); });
  }

  static sr_status put_integer(sr_writer* writer, sr_string path, std::int64_t value) {
    return guarded(writer, path, [&] { return json::value(value); });
  }

  static sr_status put_number(sr_writer* writer, sr_string path, double value) {
    if (!std::isfinite(value)) return SR_INVALID;
    return guarded(writer, path, [&] { return json::value(value); });
  }

  static sr_status put_boolean(sr_writer* writer, sr_string path, std::int32_t value) {
    return guarded(writer, path, [&] { return json::value(value != 0); });
  }

  static sr_status put_array(sr_writer* writer, sr_string path) {
    return guarded(writer, path, [] { return json::value(json::array()); });
  }

  static sr_status put_object(sr_writer* writer, sr_string path) {
    return guarded(writer, path, [] { return json::value(json::object()); });
  }

  static void fail(sr_writer* writer, sr_string message, sr_string hint) {
    auto& content = *static_cast<TreeContent*>(writer->self);
    try {
      content.failure_message = printable(from_abi(message));
      content.failure_hint = printable(from_abi(hint));
    } catch (...) {
      // Out of memory: the status that the call returns still says that it failed.
    }
  }

  static void retry_after(sr_writer* writer, std::uint64_t milliseconds) {
    constexpr std::uint64_t longest = 7 * 24 * 3'600'000;  // more is as good as never
    static_cast<TreeContent*>(writer->self)->retry_after =
        std::chrono::milliseconds(std::min(milliseconds, longest));
  }
};

}  // namespace

sr_writer make_writer(TreeContent& content) {
  sr_writer writer{};
  writer.struct_size = sizeof writer;
  writer.self = &content;
  writer.put_string = &Writing::put_string;
  writer.put_integer = &Writing::put_integer;
  writer.put_number = &Writing::put_number;
  writer.put_boolean = &Writing::put_boolean;
  writer.put_array = &Writing::put_array;
  writer.put_object = &Writing::put_object;
  writer.fail = &Writing::fail;
  writer.retry_after = &Writing::retry_after;
  return writer;
}

}  // namespace sharkreg::core
