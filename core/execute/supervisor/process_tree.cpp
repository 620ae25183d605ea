// SPDX-License-Identifier: Apache-2.0
#include "process_tree.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <optional>
#include <set>
#include <signal.h>
#include <string>
#include <unistd.h>
#include <utility>

namespace sharkreg::core {
namespace {

// The name in parentheses may hold anything, parentheses and spaces too; what follows its last
// parenthesis are plain fields: state, parent, group, session.
std::optional<Process> parse_stat(pid_t pid, const char* text) {
  const char* after_name = std::strrchr(text, ')');
  Process process;
  char state = 0;
  if (after_name == nullptr || std::sscanf(after_name + 1, " %c %d %d %d", &state, &process.parent,
                                           &process.group, &process.session) != 4) {
    return std::nullopt;
  }
  process.pid = pid;
  process.zombie = state == 'Z' || state == 'X';
  return process;
}

std::optional<Process> read_process(int proc_directory, const char* name) {
  const std::string path = std::string(name) + "/stat";
  const int file = openat(proc_directory, path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  char text[512];
  const ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return std::nullopt;
  text[length] = '\0';
  return parse_stat(static_cast<pid_t>(std::strtol(name, nullptr, 10)), text);
}

bool parent_less(const Process& a, const Process& b) {
  return a.parent < b.parent;
}

}  // namespace

std::vector<Process> read_processes() {
  std::vector<Process> processes;
  DIR* directory = opendir("/proc");
  if (directory == nullptr) return processes;
  while (const dirent* entry = readdir(directory)) {
    if (std::isdigit(static_cast<unsigned char>(entry->d_name[0])) == 0) continue;
    if (auto process = read_process(dirfd(directory), entry->d_name)) processes.push_back(*process);
  }
  closedir(directory);
  return processes;
}

std::vector<Process> descendants_of(pid_t ancestor, std::vector<Process> processes) {
  std::sort(processes.begin(), processes.end(), parent_less);
  std::vector<Process> found;
  std::set<pid_t> seen{ancestor};
  const auto add_children_of = [&](pid_t parent) {
    Process key;
    key.parent = parent;
    const auto children = std::equal_range(processes.begin(), processes.end(), key, parent_less);
    for (auto child = children.first; child != children.second; ++child) {
      // Identifiers may be reused during the pass, so even a circle is possible.
      if (seen.insert(child->pid).second) found.push_back(*child);
    }
  };
  add_children_of(ancestor);
  for (std::size_t next = 0; next < found.size(); ++next) add_children_of(found[next].pid);
  return found;
}

void signal_groups(const std::vector<Process>& processes, int signal) {
  const pid_t own_group = getpgrp();
  std::set<pid_t> groups;
  for (const Process& process : processes) {
    if (process.group == own_group || process.group <= 1) {
      kill(process.pid, signal);
    } else if (groups.insert(process.group).second) {
      kill(-process.group, signal);
    }
  }
}

}  // namespace sharkreg::core
