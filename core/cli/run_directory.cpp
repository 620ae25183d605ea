// SPDX-License-Identifier: Apache-2.0
#include "cli/run_directory.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/files.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;
using std::chrono::system_clock;

constexpr const char* lock_name = "run.lock";
constexpr const char* results_name = "results.jsonl";

// "20260203-040506".
std::string digits_of(system_clock::time_point time) {
  std::string digits;
  for (const char c : to_iso_text(time).substr(0, 19)) {
    if (c == 'T') digits += '-';
    if (c >= '0' && c <= '9') digits += c;
  }
  return digits;
}

bool is_id(const std::string& name) {
  constexpr std::string_view form = "00000000-000000-";
  if (name.size() <= form.size()) return false;
  for (std::size_t at = 0; at < name.size(); ++at) {
    const bool dash = at < form.size() && form[at] == '-';
    const bool digit = name[at] >= '0' && name[at] <= '9';
    if (dash ? name[at] != '-' : !digit) return false;
  }
  return true;
}

int number_at(const std::string& id, std::size_t begin, std::size_t count) {
  int number = 0;
  std::from_chars(id.data() + begin, id.data() + begin + count, number);
  return number;
}

system_clock::time_point time_of(const std::string& id) {
  using namespace std::chrono;
  const auto field = [&](std::size_t begin) {
    return static_cast<unsigned>(number_at(id, begin, 2));
  };
  const sys_days day = year{number_at(id, 0, 4)} / month{field(4)} / std::chrono::day{field(6)};
  return day + hours(number_at(id, 9, 2)) + minutes(number_at(id, 11, 2)) +
         seconds(number_at(id, 13, 2));
}

std::string newest_in(const fs::path& runs) {
  std::string newest;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(runs, missing)) {
    const std::string name = entry.path().filename();
    if (is_id(name)) newest = std::max(newest, name);
  }
  return newest;
}

}  // namespace

Result<RunDirectory> RunDirectory::create(const fs::path& runs, const Clock& clock) {
  const auto cannot = [&](const std::string& why) {
    return Error{ErrorKind::infrastructure, why, "name another directory by --cache-dir"};
  };
  if (const auto made = make_directories(runs); !made) return cannot(made.error().message);
  system_clock::time_point time = clock.now();
  const std::string newest = newest_in(runs);
  if (digits_of(time) <= newest.substr(0, 15)) {
    time = std::max(time, time_of(newest) + std::chrono::seconds(1));
  }
  for (;; time += std::chrono::seconds(1)) {
    const std::string id = fmt::format("{}-{}", digits_of(time), ::getpid());
    const fs::path path = runs / id;
    if (::mkdir(path.c_str(), 0777) != 0) {
      if (errno == EEXIST) continue;
      return cannot(fmt::format("cannot make {}: {}", path.string(), std::strerror(errno)));
    }
    auto lock = FileLock::try_to_take(path / lock_name);
    if (!lock) return lock.error();
    if (!*lock) return cannot(path.string() + " is another process's");
    return RunDirectory{id, path, std::move(**lock)};
  }
}

std::vector<std::string> run_ids(const fs::path& runs) {
  std::vector<std::string> ids;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(runs, error)) {
    std::string name = entry.path().filename();
    if (is_id(name) && fs::exists(entry.path() / results_name, error)) {
      ids.push_back(std::move(name));
    }
  }
  std::ranges::sort(ids);
  return ids;
}

Result<FileLock> lock_to_resume(const fs::path& run_dir) {
  auto lock = FileLock::try_to_take(run_dir / lock_name);
  if (!lock) return lock.error();
  if (*lock) return std::move(**lock);
  return Error{ErrorKind::infrastructure,
               fmt::format("the run {} still goes on, or another process goes on with it",
                           run_dir.filename().string()),
               "wait for its end, or end it"};
}

}  // namespace sharkreg::core
