// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "base/files.h"
#include "fetcher_host.h"

namespace exec_fetcher {

using sharkreg::test::FakeHost;

// A directory for programs, which this user alone can write.
struct Programs {
  sharkreg::core::TemporaryDirectory directory =
      sharkreg::core::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "exec-")
          .value();

  std::filesystem::path path(const std::string& name) const { return directory.path() / name; }

  // sharkreg-fetch-SCHEME, a script of the shell.
  std::filesystem::path add(const std::string& scheme, const std::string& script,
                            mode_t mode = 0755) const {
    const std::filesystem::path file = path("sharkreg-fetch-" + scheme);
    std::ofstream(file) << "#!/bin/sh\n" << script;
    REQUIRE(::chmod(file.c_str(), mode) == 0);
    return file;
  }
};

inline bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace exec_fetcher
