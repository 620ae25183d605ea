// SPDX-License-Identifier: Apache-2.0
#include "control_group.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace sharkreg::core {
namespace {

// Killed processes leave their group when the kernel has taken them apart.
constexpr int longest_wait_ms = 2000;

bool put(const std::string& path, std::string_view text) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool written = write(file, text.data(), text.size()) == std::ssize(text);
  close(file);
  return written;
}

std::string content(const std::string& path) {
  char text[1024];
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  const ssize_t length = read(file, text, sizeof text);
  close(file);
  return {text, length > 0 ? static_cast<std::size_t>(length) : std::size_t{0}};
}

// Of a file with lines "KEY NUMBER".
std::int64_t value_of(const std::string& path, const std::string& key) {
  const std::string text = '\n' + content(path);
  const std::size_t at = text.find('\n' + key + ' ');
  return at == std::string::npos ? 0 : std::atoll(text.c_str() + at + key.size() + 2);
}

}  // namespace

ControlGroup::ControlGroup(const std::string& parent, std::optional<std::int64_t> memory_limit) {
  if (parent.empty()) return;
  std::string directory = parent + "/sharkreg-" + std::to_string(getpid());
  constexpr mode_t permissions = 0755;
  // One of this name is of a process that was killed together with its host.
  if (mkdir(directory.c_str(), permissions) != 0 && errno != EEXIST) return;
  directory_ = std::move(directory);
  if (!memory_limit) return;
  limited_ = put(directory_ + "/memory.max", std::to_string(*memory_limit));
  put(directory_ + "/memory.swap.max", "0");   // else it would only be swapped out
  put(directory_ + "/memory.oom.group", "1");  // all or nobody
}

ControlGroup::~ControlGroup() {
  if (directory_.empty()) return;
  for (int waited = 0; rmdir(directory_.c_str()) != 0 && errno == EBUSY; ++waited) {
    if (waited == longest_wait_ms) return;
    kill();
    poll(nullptr, 0, 1);
  }
}

void ControlGroup::enter() const {
  if (!directory_.empty()) put(directory_ + "/cgroup.procs", "0");
}

bool ControlGroup::holds_memory() const {
  return limited_ && value_of(directory_ + "/cgroup.events", "populated") == 1;
}

void ControlGroup::kill() const {
  if (!directory_.empty()) put(directory_ + "/cgroup.kill", "1");
}

bool ControlGroup::reached_memory_limit() const {
  return limited_ && value_of(directory_ + "/memory.events", "oom_kill") > 0;
}

std::int64_t ControlGroup::peak_memory_kib() const {
  return limited_ ? std::atoll(content(directory_ + "/memory.peak").c_str()) / 1024 : 0;
}

}  // namespace sharkreg::core
