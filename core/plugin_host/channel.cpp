// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/channel.h"

#include <array>
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "base/json.h"

namespace sharkreg::core {
namespace {

// Sizes of name, JSON and bytes.
using Head = std::array<std::uint64_t, 3>;

// More than any message has; a broken worker shall not make the host allocate without bounds.
constexpr Head most = {256, std::uint64_t{1} << 30, std::uint64_t{1} << 40};

int milliseconds_until(std::chrono::steady_clock::time_point deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000'000'000));
}

}  // namespace

Channel::~Channel() {
  ::close(descriptor_);
}

bool Channel::send(std::string_view name, std::string_view json,
                   const std::vector<std::string_view>& bytes) {
  Head head{name.size(), json.size(), 0};
  for (const std::string_view piece : bytes) head[2] += piece.size();
  std::vector<std::string_view> pieces{
      {reinterpret_cast<const char*>(head.data()), sizeof head}, name, json};
  pieces.insert(pieces.end(), bytes.begin(), bytes.end());
  for (std::string_view piece : pieces) {
    while (!piece.empty()) {
      // Not SIGPIPE: the other end may have crashed.
      const ssize_t sent = ::send(descriptor_, piece.data(), piece.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return false;
      piece.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  return true;
}

Channel::Got Channel::receive_bytes(char* to, std::size_t size, Deadline deadline) {
  while (size > 0) {
    pollfd waiting{descriptor_, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, deadline ? milliseconds_until(*deadline) : -1);
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return Got::too_late;
    const ssize_t got = ::recv(descriptor_, to, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Got::nothing;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return Got::all;
}

Result<std::optional<Message>> Channel::receive(Deadline deadline) {
  const auto ended = [](Got got) -> Result<std::optional<Message>> {
    if (got == Got::nothing) return std::optional<Message>();
    return Error{ErrorKind::infrastructure, "no answer came in time", {}};
  };
  Head head{};
  Got got = receive_bytes(reinterpret_cast<char*>(head.data()), sizeof head, deadline);
  if (got != Got::all) return ended(got);
  for (std::size_t part = 0; part < head.size(); ++part) {
    if (head[part] > most[part]) return std::optional<Message>();
  }
  Message message;
  std::string* const parts[] = {&message.name, &message.json, &message.bytes};
  for (std::size_t part = 0; part < head.size(); ++part) {
    parts[part]->resize(static_cast<std::size_t>(head[part]));
    got = receive_bytes(parts[part]->data(), parts[part]->size(), deadline);
    if (got != Got::all) return ended(got);
  }
  return std::optional<Message>(std::move(message));
}

std::string tree_to_json(const Tree& tree) {
  return to_json_line(tree.value());
}

void json_to_tree(const std::string& json, Tree& tree) {
  const auto value = parse_json(json, "a message between sharkreg and sharkreg-worker");
  if (!value) throw Failure(Failure::Kind::failed, value.error().message);
  tree.set(*value);
}

}  // namespace sharkreg::core
