// SPDX-License-Identifier: Apache-2.0
#include "execute/result_files.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <system_error>

#include <fmt/format.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

Error unkept(std::string reason) {
  return {ErrorKind::invalid, std::move(reason), {}};
}

Result<void> add_entry(const fs::path& root, const std::string& path, LeftFiles& left) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(root / path, error);
  if (error) return unkept(path + ": " + error.message());
  if (!is_valid_utf8(path)) return unkept("it left a file whose name is not UTF-8");
  if (status.type() == fs::file_type::regular) {
    const bool is_executable = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
    left.files.push_back({root / path, path, is_executable});
    return {};
  }
  if (status.type() != fs::file_type::directory) {
    return unkept("it left " + path + ", which is neither a file nor a directory");
  }
  left.directories.push_back(path);
  std::vector<std::string> entries;
  for (const auto& entry : fs::directory_iterator(root / path, error)) {
    entries.push_back(path + "/" + entry.path().filename().native());
  }
  if (error) return unkept(path + ": " + error.message());
  std::ranges::sort(entries);
  for (const std::string& entry : entries) {
    if (auto added = add_entry(root, entry, left); !added) return added;
  }
  return {};
}

using File = std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })>;

// Where two files begin to differ; absent: nowhere.
Result<std::optional<std::uint64_t>> first_difference(const fs::path& left, const fs::path& right) {
  const File files[] = {File(std::fopen(left.c_str(), "rbe")),
                        File(std::fopen(right.c_str(), "rbe"))};
  if (!files[0] || !files[1]) {
    return Error{
        ErrorKind::infrastructure, "cannot read " + (files[0] ? right : left).native(), {}};
  }
  std::vector<char> buffers[] = {std::vector<char>(1 << 16), std::vector<char>(1 << 16)};
  for (std::uint64_t offset = 0;;) {
    std::size_t counts[2];
    for (int side = 0; side < 2; ++side) {
      counts[side] = std::fread(buffers[side].data(), 1, buffers[side].size(), files[side].get());
    }
    const std::size_t common = std::min(counts[0], counts[1]);
    const auto differing =
        std::mismatch(buffers[0].begin(), buffers[0].begin() + static_cast<std::ptrdiff_t>(common),
                      buffers[1].begin());
    const auto same = static_cast<std::size_t>(differing.first - buffers[0].begin());
    offset += same;
    if (same < common || counts[0] != counts[1]) return std::optional(offset);
    if (common == 0) return std::optional<std::uint64_t>();
  }
}

}  // namespace

Result<LeftFiles> left_files(const PlannedAction& planned, const StagedAction& staged) {
  LeftFiles left;
  for (const std::string& name : left_entries(staged)) {
    if (auto added = add_entry(staged.directory.path(), name, left); !added) return added.error();
  }
  for (const ActionOutput& output : planned.action.outputs) {
    if (output.id == planned.action.standard_output) continue;
    if (std::ranges::find(left.files, output.file_name, &FileToKeep::path) == left.files.end()) {
      return unkept("it did not write " + output.file_name);
    }
  }
  return left;
}

Result<std::optional<std::string>> difference_between(
    const CachedResult& before, const LeftFiles& now,
    const std::function<fs::path(const std::string& sha256)>& stored) {
  std::map<std::string, const CachedFile*> old;
  for (const CachedFile& file : before.files) old.emplace(file.path, &file);
  std::vector<std::string> differing;
  std::size_t all = old.size();
  for (const FileToKeep& file : now.files) {
    const auto was = old.find(file.path);
    if (was == old.end()) {
      ++all;
      differing.push_back(file.path + ", which was not made before");
      continue;
    }
    const auto first = first_difference(stored(was->second->sha256), file.file);
    if (!first) return first.error();
    if (*first) differing.push_back(fmt::format("{}, first at byte {}", file.path, **first));
    old.erase(was);
  }
  for (const auto& [path, file] : old) {
    differing.push_back(path + ", which was made before and is not made now");
  }
  if (differing.empty()) return std::optional<std::string>();
  return std::optional(fmt::format("{} of {} files {}: {}", differing.size(), all,
                                   differing.size() == 1 ? "differs" : "differ",
                                   join(differing, "; ")));
}

}  // namespace sharkreg::core
