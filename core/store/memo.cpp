// SPDX-License-Identifier: Apache-2.0
#include "store/memo.h"

#include <cerrno>
#include <chrono>
#include <sys/stat.h>
#include <utility>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/files.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t digest_length = 64;

// What tells one state of a file from another. Empty if there is no such file.
std::string state_of(const struct stat& status) {
  return fmt::format("{}.{}.{}.{}.{:09}", status.st_dev, status.st_ino, status.st_size,
                     status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

// Whether another write could still leave the same modification time: clocks of file systems are
// coarse, two seconds at worst.
bool was_just_written(const struct stat& status) {
  const auto now = SystemClock().now().time_since_epoch();
  const auto age = now - std::chrono::seconds(status.st_mtim.tv_sec);
  return age < std::chrono::seconds(3);
}

}  // namespace

Memo::Memo(std::filesystem::path directory) : directory_(std::move(directory)) {}

// An entry is the digest of its content, a newline and the content, so that a damaged one is seen.
std::optional<std::string> Memo::find(std::string_view kind, std::string_view key) const {
  Result<std::string> entry = read_file(directory_ / kind / sha256_of(key));
  if (!entry || entry->size() <= digest_length) return std::nullopt;
  const std::string digest = entry->substr(0, digest_length + 1);
  entry->erase(0, digest.size());
  if (sha256_of(*entry) + '\n' != digest) return std::nullopt;
  return std::move(*entry);
}

void Memo::remember(std::string_view kind, std::string_view key, std::string_view content) const {
  // Not remembering costs time, nothing else: a full disk must not end a run here.
  (void)write_file_atomically(directory_ / kind / sha256_of(key),
                              sha256_of(content) + '\n' + std::string(content));
}

Result<std::string> Memo::digest_of_file(const std::filesystem::path& path) const {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  struct stat before {};
  if (error || ::stat(absolute.c_str(), &before) != 0) return sha256_of_file(path);

  const std::string key = absolute.native() + '\n' + state_of(before);
  if (std::optional<std::string> known = find("digest", key)) return *std::move(known);

  Result<std::string> digest = sha256_of_file(absolute);
  struct stat after {};
  const bool is_settled = ::stat(absolute.c_str(), &after) == 0 &&
                          state_of(after) == state_of(before) && !was_just_written(after);
  if (digest && is_settled) remember("digest", key, *digest);
  return digest;
}

}  // namespace sharkreg::core
