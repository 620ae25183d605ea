// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sharkreg/codec.h>

#include "base/error.h"
#include "plugin_host/tree.h"

namespace sharkreg::core {

// One message between the host and a worker that serves a plugin: what it is, a struct of the SDK as
// JSON, and bytes that are not JSON (tensors, pieces of artifacts).
struct Message {
  std::string name;
  std::string json;
  std::string bytes;
};

// One end of a socket over which messages go in both directions. Owns the descriptor.
//
// Threads: one at a time.
class Channel {
 public:
  explicit Channel(int descriptor) : descriptor_(descriptor) {}
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  int descriptor() const { return descriptor_; }

  // The pieces become the message's bytes, one behind the other, without being copied before. False
  // if the other end is gone.
  bool send(std::string_view name, std::string_view json,
            const std::vector<std::string_view>& bytes = {});

  using Deadline = std::optional<std::chrono::steady_clock::time_point>;

  // The next message. An error (infrastructure) if it was not there whole before the deadline, and
  // absent if the other end is gone or says something else than messages.
  Result<std::optional<Message>> receive(Deadline deadline);

 private:
  enum class Got { all, nothing, too_late };
  Got receive_bytes(char* to, std::size_t size, Deadline deadline);

  int descriptor_;
};

// A struct as one line of JSON, and back. Throws Failure when it does not fit.
std::string tree_to_json(const Tree& tree);
template <class T>
std::string struct_to_json(const T& value) {
  Tree tree;
  Encoder(tree.writer()).write(value);
  return tree_to_json(tree);
}

void json_to_tree(const std::string& json, Tree& tree);
template <class T>
T struct_from_json(const std::string& json) {
  Tree tree;
  json_to_tree(json, tree);
  return decode<T>(tree.reader(), UnknownMembers::refuse);
}

}  // namespace sharkreg::core
