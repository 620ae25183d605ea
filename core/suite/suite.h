// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "suite/case.h"
#include "suite/lock_file.h"

namespace sharkreg::core {

// One thing that is wrong, or questionable, in a model file.
struct Diagnostic {
  enum class Severity { error, warning };
  Severity severity = Severity::error;
  std::filesystem::path file;
  std::string pointer;   // JSON pointer of the place; empty for the file as a whole
  std::string found;     // what stands there, short
  std::string expected;  // what should
};

// "FILE: /inputs/0/value: found …, expected …"
std::string to_text(const Diagnostic& diagnostic);

// A model file that was selected but not read yet.
struct CaseFile {
  std::filesystem::path path;
  std::string model;     // name of its directory
  std::string submodel;  // stem of its name
};

struct LoadOptions {
  std::set<std::string> known_backends;  // found plugins, and those kept for compatibility
  bool allow_unknown_fields = false;     // they are warnings then
  // Pins what it names. What a model file pins otherwise is an error. Null: there is none.
  std::shared_ptr<const LockFile> lock = nullptr;
};

struct LoadedCase {
  std::optional<Case> test_case;  // present iff there is no error
  std::vector<Diagnostic> diagnostics;
};

// Reads and validates one model file; reports everything that is wrong with it, not just the first.
LoadedCase load_case(const CaseFile& file, const LoadOptions& options);

// A directory of model directories. Reads directories only, no file.
class Suite {
 public:
  // An error if the directory is missing or holds no model.
  static Result<Suite> open(const std::filesystem::path& tests_dir);

  const std::filesystem::path& directory() const { return directory_; }
  std::vector<std::string> models() const;

  // The files whose model and submodel match one of the glob patterns each, sorted by name. An
  // error of kind usage, with the nearest names, if a pattern matches nothing.
  Result<std::vector<CaseFile>> select(const std::vector<std::string>& models,
                                       const std::vector<std::string>& submodels) const;

 private:
  std::filesystem::path directory_;
  std::vector<CaseFile> files_;  // sorted
};

}  // namespace sharkreg::core
