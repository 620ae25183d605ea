// SPDX-License-Identifier: Apache-2.0
#include "store/git_lfs.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/files.h"
#include "base/secrets.h"
#include "base/text.h"

namespace sharkreg::core {
namespace {

constexpr std::uint64_t largest_pointer = 1024;  // bytes
constexpr std::string_view version_line = "version https://git-lfs.github.com/spec/v1";
constexpr std::string_view hash_name = "sha256:";

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_key(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string_view::npos;
}

std::vector<std::string> lines_of(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::vector<std::string> lines = split(text, '\n');
  for (std::string& line : lines) {
    if (line.ends_with('\r')) line.pop_back();
  }
  return lines;
}

std::optional<GitLfsPointer> pointer_in(std::string_view text) {
  const std::vector<std::string> lines = lines_of(text);
  if (lines.empty() || lines.front() != version_line) return std::nullopt;
  std::string last_key;
  std::optional<std::string> sha256;
  std::optional<std::uint64_t> size;
  for (std::size_t index = 1; index < lines.size(); ++index) {
    const std::string_view line = lines[index];
    const std::string_view key = line.substr(0, line.find(' '));
    if (!is_key(key) || key.size() == line.size() || key <= last_key) return std::nullopt;
    const std::string_view value = line.substr(key.size() + 1);
    if (key == "oid") {
      if (!value.starts_with(hash_name) || !is_sha256(value.substr(hash_name.size()))) {
        return std::nullopt;
      }
      sha256 = value.substr(hash_name.size());
    } else if (key == "size") {
      size = number_in(value);
    }
    last_key = key;
  }
  if (!sha256 || !size) return std::nullopt;
  return GitLfsPointer{*std::move(sha256), *size};
}

}  // namespace

std::optional<GitLfsPointer> git_lfs_pointer(const std::filesystem::path& file) {
  // Most artifacts are larger, and are not read then.
  const Result<std::string> text = read_file(file, largest_pointer);
  return text ? pointer_in(*text) : std::nullopt;
}

Error git_lfs_error(const GitLfsPointer& pointer, std::string_view location) {
  const bool is_local = location.starts_with('/') || location.starts_with("file://");
  return {ErrorKind::invalid,
          fmt::format("{} is a pointer of Git LFS to a file of {} bytes with the SHA-256 {}, not "
                      "that file",
                      printable(redacted(location)), pointer.size, pointer.sha256),
          is_local ? "run `git lfs pull` in its repository"
                   : "name the URL that gives the content: on GitHub "
                     "https://media.githubusercontent.com/media/OWNER/REPOSITORY/REVISION/PATH, on "
                     "Hugging Face .../resolve/REVISION/PATH"};
}

}  // namespace sharkreg::core
