// SPDX-License-Identifier: Apache-2.0
#include "execute/machine.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <sched.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "base/files.h"
#include "base/text.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

// The number that the text begins with.
template <class Number>
std::optional<Number> number_in(std::string_view text) {
  text = trim(text);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return number;
}

template <class Number>
std::optional<Number> number_of(const fs::path& file) {
  const auto text = read_file(file);
  return text ? number_in<Number>(*text) : std::nullopt;
}

// The directories of the process's control group and of those above it. `controller` is the name of
// one of version 1, or empty for the only hierarchy of version 2.
std::vector<fs::path> groups(const MachineFiles& files, std::string_view controller) {
  const auto text = read_file(files.proc / "self/cgroup");
  if (!text) return {};
  for (const std::string& line : split(*text, '\n')) {
    // "4:cpu,cpuacct:/user" in version 1, "0::/user" in version 2.
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string names = line.substr(first + 1, second - first - 1);
    const auto controllers = split(names, ',');
    if (std::ranges::find(controllers, controller) == controllers.end()) continue;
    const fs::path root = controller.empty() ? files.cgroup : files.cgroup / names;
    // In a container the path may be that of the host, which is not seen here: the root remains.
    std::vector<fs::path> found;
    for (fs::path group = fs::path(line.substr(second + 1)).relative_path(); !group.empty();
         group = group.parent_path()) {
      found.push_back(root / group);
    }
    found.push_back(root);
    return found;
  }
  return {};
}

// "max 100000", or "150000 100000": microseconds of processor time in each period.
std::optional<double> quota_of_version_2(const fs::path& group) {
  const auto text = read_file(group / "cpu.max");
  if (!text) return std::nullopt;
  const auto words = split(trim(*text), ' ');
  const auto quota = number_in<double>(words.front());
  const auto period = words.size() > 1 ? number_in<double>(words[1]) : std::nullopt;
  if (!quota || !period || *period <= 0) return std::nullopt;
  return *quota / *period;
}

std::optional<double> quota_of_version_1(const fs::path& group) {
  const auto quota = number_of<double>(group / "cpu.cfs_quota_us");
  const auto period = number_of<double>(group / "cpu.cfs_period_us");
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;  // -1: no quota
  return *quota / *period;
}

// The names of what a control group says of its memory, in one version of them.
struct MemoryFiles {
  const char* limit;
  const char* usage;
  std::string_view reclaimable;  // a line of memory.stat: files' cache that gives way
};

std::optional<std::uint64_t> line_of(const fs::path& file, std::string_view name) {
  const auto text = read_file(file);
  if (!text) return std::nullopt;
  for (const std::string& line : split(*text, '\n')) {
    if (line.starts_with(name)) return number_in<std::uint64_t>(line.substr(name.size()));
  }
  return std::nullopt;
}

std::optional<std::uint64_t> left_of_limit(const fs::path& group, const MemoryFiles& files) {
  const auto limit = number_of<std::uint64_t>(group / files.limit);  // absent for "max"
  if (!limit) return std::nullopt;
  const std::uint64_t used = number_of<std::uint64_t>(group / files.usage).value_or(0);
  const std::uint64_t cache = line_of(group / "memory.stat", files.reclaimable).value_or(0);
  return *limit - std::min(used - std::min(cache, used), *limit);
}

std::size_t allowed_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) {
    return static_cast<std::size_t>(CPU_COUNT(&set));
  }
  // More processors than the set can hold.
  const long online = ::sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? static_cast<std::size_t>(online) : 1;
}

// "MemAvailable:   16384 kB"
std::optional<std::uint64_t> memory_line(const fs::path& file, std::string_view name) {
  const auto kibibytes = line_of(file, name);
  if (!kibibytes) return std::nullopt;
  return *kibibytes * 1024;
}

}  // namespace

std::size_t usable_processors(const MachineFiles& files) {
  std::size_t count = allowed_processors();
  const auto consider = [&](std::optional<double> quota) {
    if (quota) count = std::min(count, static_cast<std::size_t>(std::ceil(*quota)));
  };
  for (const fs::path& group : groups(files, "")) consider(quota_of_version_2(group));
  for (const fs::path& group : groups(files, "cpu")) consider(quota_of_version_1(group));
  return std::max<std::size_t>(count, 1);
}

std::uint64_t usable_memory(const MachineFiles& files) {
  std::uint64_t bytes = 0;
  const auto consider = [&](std::optional<std::uint64_t> found) {
    if (found) bytes = bytes == 0 ? *found : std::min(bytes, *found);
  };
  const fs::path meminfo = files.proc / "meminfo";
  const auto available = memory_line(meminfo, "MemAvailable:");
  consider(available ? available : memory_line(meminfo, "MemTotal:"));
  for (const fs::path& group : groups(files, "")) {
    consider(left_of_limit(group, {"memory.max", "memory.current", "inactive_file "}));
  }
  for (const fs::path& group : groups(files, "memory")) {
    consider(left_of_limit(
        group, {"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "}));
  }
  return bytes;
}

double load_average() {
  double load = 0;
  return ::getloadavg(&load, 1) == 1 ? load : 0;
}

}  // namespace sharkreg::core
