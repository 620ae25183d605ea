// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "timed_process.h"

namespace sharkreg::bench {

// A directory of this benchmark's own, with a cache of its own in it, and the environment that goes
// with it: what the user has configured or remembered takes no part. Removed by the destructor.
class Workplace {
 public:
  // `tools` may be empty: sharkreg then looks where it always does.
  static core::Result<Workplace> create(const std::filesystem::path& sharkreg,
                                        const std::filesystem::path& tools);

  std::filesystem::path cache() const { return directory_.path() / "cache" / "sharkreg"; }
  std::filesystem::path hand() const { return directory_.path() / "hand"; }  // work done by hand

  // A new directory, for what is no longer wanted.
  std::filesystem::path new_place() const;

  // What the last command printed.
  std::filesystem::path output() const { return directory_.path() / "output.txt"; }

  Command sharkreg(std::vector<std::string> arguments) const;
  Command by_hand(std::vector<std::string> words) const;

 private:
  Workplace(core::TemporaryDirectory directory, const std::filesystem::path& sharkreg,
            const std::filesystem::path& tools);

  core::TemporaryDirectory directory_;
  std::filesystem::path sharkreg_;
  std::filesystem::path tools_;
  std::vector<std::string> environment_;
};

}  // namespace sharkreg::bench
