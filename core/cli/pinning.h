// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "suite/lock_file.h"

namespace sharkreg::core {

// What the artifacts of a fetch were, by Source::location.
using FetchedContents = std::map<std::string, LockedArtifact>;

// As the store knows them; those of files of this machine are read. An artifact that a file at its
// place stands for, because nobody answered, is an error: nobody knows what the URL gives.
Result<FetchedContents> contents_of(const std::vector<CasePlan>& plans, ArtifactStore& store);

// With --locked, an error that tells the artifacts at URLs that nothing pins: of all selected files,
// before anything is fetched. A file that is no case is passed over: it is reported as such later.
Result<void> require_pins(const Context& context, const std::vector<CaseFile>& files,
                          const LoadOptions& options);

// `sharkreg fetch --pin=FILE`: fetches all that the selected model files name, whatever backends
// would take of it, and writes the SHA-256 of each source into FILE: into the one model file that it
// is, or into a lock file. What is there of pins has to hold, unless it is FILE's own and --repin is
// given. An MD5 is never written.
//
// Ownership: holds the Context, which must outlive it.
class Pinning {
 public:
  // None if --pin was not given. Errors are of usage.
  static Result<std::optional<Pinning>> asked_for(Context& context);

  // The plans have artifacts alone. If a model file is invalid, nothing can be pinned.
  Result<PlannedCases> all_named();

  // After all of them were fetched. Either FILE is replaced as a whole, or nothing is changed.
  Result<void> write(const FetchedContents& contents) const;

 private:
  enum class Kind { model_file, lock_file };

  Pinning(Context& context, Kind kind, std::filesystem::path file, bool repins)
      : context_(context), kind_(kind), file_(std::move(file)), repins_(repins) {}

  Result<LoadOptions> load_options() const;
  Result<std::vector<CaseFile>> files() const;
  Result<void> check_digests(const FetchedContents& contents) const;
  Result<void> write_model_file(const FetchedContents& contents) const;
  Result<void> write_lock_file(const FetchedContents& contents) const;
  Result<void> lock_all(const FetchedContents& contents, LockFile& lock) const;
  Result<void> forget_unnamed(LockFile& lock) const;
  Result<void> replace(const std::string& old_text, const std::string& text) const;
  void warn_of_lock(const CaseFile& file) const;

  Context& context_;
  Kind kind_;
  std::filesystem::path file_;  // absolute
  bool repins_;
  std::vector<Case> cases_;  // that all_named() read
  std::string text_;         // of the model file, before that
};

}  // namespace sharkreg::core
