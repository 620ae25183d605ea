// SPDX-License-Identifier: Apache-2.0
#include "usage.h"

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

#include "process_tree.h"

namespace sharkreg::core {
namespace {

std::string process_file(pid_t pid, const char* name) {
  return "/proc/" + std::to_string(pid) + '/' + name;
}

// All of a file of /proc; none if it is not there or may not be read.
std::optional<std::string> read_all(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  std::string text;
  char bytes[4096];
  ssize_t length = 0;
  while ((length = read(file, bytes, sizeof bytes)) > 0) {
    text.append(bytes, static_cast<std::size_t>(length));
  }
  close(file);
  if (length < 0) return std::nullopt;
  return text;
}

// The number behind `name` at the beginning of a line.
std::optional<std::int64_t> number_behind(const std::string& text, const char* name) {
  for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; ++at) {
    if (at == 0 || text[at - 1] == '\n') return std::atoll(text.c_str() + at + std::strlen(name));
  }
  return std::nullopt;
}

// False if the kernel keeps no such lists.
bool add_children(pid_t parent, pid_t thread, std::vector<pid_t>& found) {
  const auto text =
      read_all(process_file(parent, "task") + '/' + std::to_string(thread) + "/children");
  if (!text) return false;
  char* next = nullptr;
  for (const char* at = text->c_str(); true; at = next) {
    const auto pid = static_cast<pid_t>(std::strtol(at, &next, 10));
    if (next == at) return true;
    found.push_back(pid);
  }
}

void add_children_of_all_threads(pid_t parent, std::vector<pid_t>& found) {
  DIR* directory = opendir(process_file(parent, "task").c_str());
  if (directory == nullptr) return;
  while (const dirent* entry = readdir(directory)) {
    if (std::isdigit(static_cast<unsigned char>(entry->d_name[0])) == 0) continue;
    add_children(parent, static_cast<pid_t>(std::atoi(entry->d_name)), found);
  }
  closedir(directory);
}

std::int64_t memory_kib(pid_t pid) {
  const auto status = read_all(process_file(pid, "status"));
  if (!status) return 0;
  std::int64_t sum = 0;
  for (const char* name : {"RssAnon:", "RssShmem:", "VmSwap:"}) {
    sum += number_behind(*status, name).value_or(0);
  }
  return sum;
}

std::int64_t exact_memory_kib(pid_t pid) {
  const auto rollup = read_all(process_file(pid, "smaps_rollup"));
  if (!rollup || !number_behind(*rollup, "Pss_Anon:")) return memory_kib(pid);
  std::int64_t sum = 0;
  for (const char* name : {"Pss_Anon:", "Pss_Shmem:", "SwapPss:"}) {
    sum += number_behind(*rollup, name).value_or(0);
  }
  return sum;
}

std::int64_t cpu_us(pid_t pid) {
  const auto stat = read_all(process_file(pid, "stat"));
  if (!stat) return 0;
  const char* after_name = std::strrchr(stat->c_str(), ')');
  long long user = 0;
  long long system = 0;
  long long children_user = 0;
  long long children_system = 0;
  if (after_name == nullptr ||
      std::sscanf(after_name + 1,
                  " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lld %lld %lld %lld", &user,
                  &system, &children_user, &children_system) != 4) {
    return 0;
  }
  return (user + system + children_user + children_system) * (1'000'000 / sysconf(_SC_CLK_TCK));
}

std::int64_t to_microseconds(const timeval& time) {
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec;
}

}  // namespace

std::vector<pid_t> living_descendants() {
  std::vector<pid_t> found;
  if (!add_children(getpid(), getpid(), found)) {
    for (const Process& process : descendants_of(getpid(), read_processes())) {
      found.push_back(process.pid);
    }
    return found;
  }
  for (std::size_t next = 0; next < found.size(); ++next) {
    const pid_t parent = found[next];
    add_children_of_all_threads(parent, found);
  }
  return found;
}

Usage usage_of(const std::vector<pid_t>& processes) {
  Usage usage;
  rusage ended{};
  if (getrusage(RUSAGE_CHILDREN, &ended) == 0) {
    usage.cpu_us = to_microseconds(ended.ru_utime) + to_microseconds(ended.ru_stime);
  }
  for (const pid_t pid : processes) {
    usage.memory_kib += memory_kib(pid);
    usage.cpu_us += cpu_us(pid);
  }
  return usage;
}

std::int64_t exact_memory_kib(const std::vector<pid_t>& processes) {
  std::int64_t sum = 0;
  for (const pid_t pid : processes) sum += exact_memory_kib(pid);
  return sum;
}

std::int64_t out_of_memory_kills() {
  const auto counters = read_all("/proc/vmstat");
  return counters ? number_behind(*counters, "oom_kill ").value_or(0) : 0;
}

}  // namespace sharkreg::core
