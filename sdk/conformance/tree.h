// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <boost/json/value.hpp>

#include <sharkreg/codec.h>
#include <sharkreg/plugin_abi.h>

namespace sharkreg::conformance {

// Of which version the host pretends to be: `newer` ones have longer structs, whose tails are
// poisoned; `older` ones and those with `null` members lack all callbacks of sr_host. (What
// sr_reader and sr_writer have in 1.0, every host has.)
enum class Age { current, newer, older, null };

// A C struct with room behind it, which holds garbage that a plugin has no business with.
template <class T>
struct Padded {
  T table{};
  unsigned char tail[64];

  explicit Padded(Age age) {
    for (unsigned char& byte : tail) byte = 0xa5;
    table.struct_size = age == Age::newer ? sizeof(T) + sizeof tail : sizeof(T);
  }
};

// A request or an answer, on the host's side of the ABI. It keeps the rules of plugin_abi.h to the
// letter, and remembers the first thing that a plugin tried to write and may not.
//
// Ownership: readers and writers point into it, so it stays where it is. Threads: one.
class Tree {
 public:
  explicit Tree(Age age = Age::current);
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  const sr_reader* reader() const { return &reader_.table; }
  sr_writer* writer() { return &writer_.table; }

  boost::json::value root;
  bool has_root = false;
  std::string message;  // what was said through fail()
  std::string trouble;  // "put_number at "/metrics/x": not a finite number"; empty: none

 private:
  Padded<sr_reader> reader_;
  Padded<sr_writer> writer_;
};

// Whether it is UTF-8; false also for a null pointer with a size.
bool is_text(sr_string text);

// What can be shown of a text that may be anything: quoted, without control characters.
std::string shown(sr_string text);
std::string shown(std::string_view text);

// A struct of the SDK as a request.
template <class T>
void fill(Tree& tree, const T& value) {
  encode(tree.writer(), value);
}

}  // namespace sharkreg::conformance
