// SPDX-License-Identifier: Apache-2.0
#include "suite/lock_file.h"

#include <optional>
#include <vector>

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "base/files.h"
#include "base/json.h"
#include "base/secrets.h"
#include "suite/field.h"
#include "suite/source.h"

namespace sharkreg::core {
namespace {

constexpr std::uint64_t version = 1;

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// The key as it would have been written: by another, an artifact would not be found.
std::string proper_key(const std::string& key) {
  return is_url(key) ? redacted(key) : std::filesystem::path(key).lexically_normal().native();
}

void read_version(const Field& field, bool& is_known) {
  const auto found = field.whole_number("the version of lock files, 1");
  is_known = found == version;
  if (found && !is_known) field.reject("1, the only version that this sharkreg knows");
}

// None after a report.
std::optional<LockedArtifact> read_artifact(const Field& field) {
  std::optional<std::string> sha256;
  std::optional<std::uint64_t> size;
  bool has_sha256 = false;
  bool has_size = false;
  field.read_members("an object with \"sha256\" and \"size\"",
                     {{"sha256",
                       [&](const Field& member) {
                         has_sha256 = true;
                         sha256 = member.text("a SHA-256 in 64 hexadecimal digits");
                         if (!sha256 || is_sha256(*sha256)) return;
                         member.reject("a SHA-256 in 64 hexadecimal digits, in lower case");
                         sha256.reset();
                       }},
                      {"size", [&](const Field& member) {
                         has_size = true;
                         size = member.whole_number("the size in bytes");
                       }}});
  if (field.is_object() && !has_sha256)
    field.reject("no \"sha256\"", "the SHA-256 of the artifact");
  if (field.is_object() && !has_size) field.reject("no \"size\"", "the size in bytes");
  if (!sha256 || !size) return std::nullopt;
  return LockedArtifact{*std::move(sha256), *size};
}

std::map<std::string, LockedArtifact> read_artifacts(const Field& field) {
  std::map<std::string, LockedArtifact> artifacts;
  for (const Field::Member& member : field.members("an object: URL or path to artifact")) {
    if (member.name.empty() || member.name != proper_key(member.name)) {
      // Not with its pointer, which would show what may be secret.
      field.reject("the artifact " + shown(member.name),
                   "a URL without user and query, or a path without detours");
    }
    if (auto artifact = read_artifact(member.field)) {
      artifacts.emplace(member.name, *std::move(artifact));
    }
  }
  return artifacts;
}

}  // namespace

Result<LockFile> LockFile::read(const std::filesystem::path& path) {
  const Result<std::string> text = read_file(path);
  if (text) return parse(*text, path);
  return Error{text.error().kind == ErrorKind::not_found ? ErrorKind::usage : text.error().kind,
               text.error().message,
               "name a lock file with --lock; `sharkreg fetch --pin` makes one"};
}

Result<LockFile> LockFile::parse(std::string_view text, std::filesystem::path path) {
  const Result<boost::json::value> value = parse_json(text, path.native());
  const std::string hint =
      "`sharkreg fetch --pin` writes lock files; one that was damaged can be "
      "brought back from version control";
  if (!value) return Error{ErrorKind::invalid, value.error().message, hint};

  LockFile lock(std::move(path));
  Diagnostics diagnostics(lock.path_, false);
  const Field root(*value, "", diagnostics);
  bool has_version = false;
  bool has_artifacts = false;
  bool is_known = true;
  // First, since another version may say all else in another way.
  for (const Field::Member& member : root.members("an object, which a lock file is")) {
    if (member.name != "version") continue;
    has_version = true;
    read_version(member.field, is_known);
  }
  if (root.is_object() && !has_version)
    root.reject("no \"version\"", "the version of lock files, 1");
  if (root.is_object() && has_version && is_known) {
    root.read_members(
        "an object", {{"version", [](const Field&) {}}, {"artifacts", [&](const Field& member) {
                                                           has_artifacts = true;
                                                           lock.artifacts_ = read_artifacts(member);
                                                         }}});
    if (!has_artifacts) root.reject("no \"artifacts\"", "an object: URL or path to artifact");
  }
  const std::vector<Diagnostic> found = diagnostics.take();
  if (found.empty()) return lock;
  return Error{ErrorKind::invalid, to_text(found.front()),
               is_known ? hint : "a newer sharkreg may know it"};
}

std::string LockFile::key_of(const Source& source) const {
  if (source.is_url) return redacted(source.location);
  if (std::filesystem::path(source.text).is_absolute()) return source.location;
  return std::filesystem::path(source.location)
      .lexically_relative(path_.lexically_normal().parent_path())
      .native();
}

const LockedArtifact* LockFile::find(const Source& source) const {
  const auto found = artifacts_.find(key_of(source));
  return found == artifacts_.end() ? nullptr : &found->second;
}

void LockFile::set(const std::string& key, LockedArtifact artifact) {
  artifacts_[key] = std::move(artifact);
}

std::string LockFile::text() const {
  std::string lines;
  for (const auto& [key, artifact] : artifacts_) {
    lines +=
        fmt::format("{}\n    {}: {{\"sha256\": \"{}\", \"size\": {}}}", lines.empty() ? "" : ",",
                    to_json_line(boost::json::string(key)), artifact.sha256, artifact.size);
  }
  if (!lines.empty()) lines += "\n  ";
  return fmt::format("{{\n  \"version\": {},\n  \"artifacts\": {{{}}}\n}}\n", version, lines);
}

}  // namespace sharkreg::core
