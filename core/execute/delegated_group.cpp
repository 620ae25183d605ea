// SPDX-License-Identifier: Apache-2.0
#include "execute/delegated_group.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <unistd.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The kernel judges each write; a stream tells of it when it is flushed.
bool put(const fs::path& path, const std::string& text) {
  if (!fs::exists(path)) return false;
  std::ofstream file(path);
  file << text << std::flush;
  return file.good();
}

bool lists(const fs::path& path, const std::string& word) {
  std::string text = content(path);
  std::ranges::replace(text, '\n', ' ');
  return std::ranges::count(split(text, ' '), word) > 0;
}

bool gives_memory(const fs::path& group) {
  const fs::path given = group / "cgroup.subtree_control";
  return lists(given, "memory") || (put(given, "+memory") && lists(given, "memory"));
}

bool may_be_filled(const fs::path& group) {
  return ::access(group.c_str(), W_OK) == 0 && gives_memory(group);
}

// The line "0::/PATH"; empty where there is no cgroup v2.
fs::path own_group(const fs::path& file, const fs::path& hierarchy) {
  for (const std::string& line : split(content(file), '\n')) {
    if (line.starts_with("0::/")) return hierarchy / line.substr(4);
  }
  return {};
}

// Moves this process into a group below its own, if it is the only one in it.
bool move_down(const fs::path& group) {
  const std::string self = std::to_string(::getpid());
  if (trim(content(group / "cgroup.procs")) != self) return false;
  std::error_code error;
  const fs::path below = group / "sharkreg";
  fs::create_directory(below, error);
  if (error || !put(below / "cgroup.procs", self)) return false;
  if (gives_memory(group)) return true;
  put(group / "cgroup.procs", self);
  fs::remove(below, error);
  return false;
}

}  // namespace

Result<fs::path> delegated_group(const fs::path& wanted, const fs::path& own_group_file,
                                 const fs::path& hierarchy) {
  if (!wanted.empty()) {
    if (may_be_filled(wanted)) return wanted;
    return Error{
        ErrorKind::usage,
        "--cgroup: \"" + wanted.string() +
            "\" is no directory of cgroup v2 in which groups with a memory limit can be made",
        "it has to be yours, without processes of its own, and list memory in its "
        "cgroup.controllers"};
  }
  const fs::path own = own_group(own_group_file, hierarchy);
  std::error_code error;
  // The root of all is nobody's to fill.
  if (own.empty() || fs::equivalent(own, hierarchy, error) || error) return fs::path();
  if (::access(own.c_str(), W_OK) != 0) return fs::path();
  return move_down(own) ? own : fs::path();
}

}  // namespace sharkreg::core
