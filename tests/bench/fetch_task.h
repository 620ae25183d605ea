// SPDX-License-Identifier: Apache-2.0
// Something to fetch, and the program that is to fetch it.
//
// Whatever cannot be set up throws std::runtime_error, as the servers of tests/servers do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "server_process.h"
#include "timed_process.h"
#include "workplace.h"

namespace sharkreg::bench {

// Files for a server, no two of them alike.
class Files {
 public:
  Files(std::size_t count, std::uint64_t size);

  const std::filesystem::path& directory() const { return directory_.path(); }
  const std::vector<std::string>& names() const { return names_; }
  // One URL for each name, below `base`, which ends in '/'.
  std::vector<std::string> urls(const std::string& base) const;

 private:
  test::ServerDirectory directory_;
  std::vector<std::string> names_;
};

// `sharkreg fetch` of one model whose inputs lie at these URLs, beside what others do for the same
// URLs in the workplace's directory for work by hand.
class FetchTask {
 public:
  // What becomes of what earlier runs have made.
  enum class Leftovers { removed, moved_aside };

  // The workplace has to live as long as this.
  FetchTask(const Workplace& workplace, const std::vector<std::string>& urls,
            Leftovers leftovers = Leftovers::removed);

  Command command(const std::vector<std::string>& options = {}) const;

  // As if nothing had ever been fetched, by sharkreg or by hand; and what was written is on the
  // disk, so that nobody's time holds what another left to do. What sharkreg knows of its plugins
  // stays.
  void start_over() const;

  std::filesystem::path store() const { return workplace_.cache() / "store"; }

  // An error unless sharkreg has placed this artifact, and it is the store's with its right content.
  core::Result<void> check_stored(const std::string& name) const;

  // An error unless sharkreg has placed each of the files with its right content.
  core::Result<void> check_placed(const Files& files) const;
  // The same of what was made by hand, for the first `count` files.
  core::Result<void> check_by_hand(const Files& files, std::size_t count) const;

 private:
  const Workplace& workplace_;
  Leftovers leftovers_;
  test::ServerDirectory models_;
};

}  // namespace sharkreg::bench
