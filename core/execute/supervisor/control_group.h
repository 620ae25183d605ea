// SPDX-License-Identifier: Apache-2.0
// A group of cgroup v2 for one program and all its descendants, where the user may make one: the
// kernel itself holds them to the memory limit, and no fork escapes its end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sharkreg::core {

class ControlGroup {
 public:
  // Makes a group of this process's own name in the directory `parent`, which holds the controller
  // "memory" ready for its children. Without a `parent`, or when it cannot be made, there is none.
  ControlGroup(const std::string& parent, std::optional<std::int64_t> memory_limit);
  ControlGroup(const ControlGroup&) = delete;
  ControlGroup& operator=(const ControlGroup&) = delete;
  ~ControlGroup();  // kills who is left in it, and removes it

  // Moves the calling process into it; to be called between fork and exec, in the child. A failure
  // is no trouble: holds_memory() is false then.
  void enter() const;

  // Whether the limit is the kernel's to keep: it is set, and somebody has entered.
  bool holds_memory() const;

  // SIGKILL to all in it, at once.
  void kill() const;

  // Whether the kernel has killed a process in it since the group was at its limit.
  bool reached_memory_limit() const;

  std::int64_t peak_memory_kib() const;  // with the pages of files; 0: unknown

 private:
  std::string directory_;  // empty: there is none
  bool limited_ = false;
};

}  // namespace sharkreg::core
