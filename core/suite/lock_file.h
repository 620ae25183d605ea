// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "suite/case.h"

namespace sharkreg::core {

// What a source gives, before it is unpacked.
struct LockedArtifact {
  std::string sha256;  // in lower-case hexadecimal
  std::uint64_t size = 0;

  bool operator==(const LockedArtifact&) const = default;
};

// The pins of a whole suite in one file: JSON, sorted, a line for each artifact.
//
//   {
//     "version": 1,
//     "artifacts": {
//       "https://host/a.mlir": {"sha256": "…", "size": 512}
//     }
//   }
//
// An artifact is known by its key: a URL without what may be secret in it, so that a signature that
// is renewed changes nothing; a path as the model file has it if that is absolute, else relative to
// the directory of the lock file.
class LockFile {
 public:
  static constexpr const char* default_name = "sharkreg.lock";

  // Without artifacts. `path`, absolute, need not exist.
  explicit LockFile(std::filesystem::path path) : path_(std::move(path)) {}

  // Errors: there is no such file, or something else than a lock file of a version that is known
  // here. Everything about it is checked.
  static Result<LockFile> read(const std::filesystem::path& path);
  static Result<LockFile> parse(std::string_view text, std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  const std::map<std::string, LockedArtifact>& artifacts() const { return artifacts_; }

  std::string key_of(const Source& source) const;
  // Null if it is not locked.
  const LockedArtifact* find(const Source& source) const;

  void set(const std::string& key, LockedArtifact artifact);
  void remove(const std::string& key) { artifacts_.erase(key); }

  // What `parse` reads; the same text for the same artifacts.
  std::string text() const;

 private:
  std::filesystem::path path_;
  std::map<std::string, LockedArtifact> artifacts_;  // by key
};

}  // namespace sharkreg::core
