// SPDX-License-Identifier: Apache-2.0
#include "program_search.h"

#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <sharkreg/failure.h>

namespace exec_fetcher {
namespace {

namespace fs = std::filesystem;
using sharkreg::Failure;

bool is_program(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

// As the host does for plugins.
void check_writers(const fs::path& path, const fs::path& program) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    throw Failure(Failure::Kind::failed,
                  path.native() + " cannot be examined: " + std::generic_category().message(errno));
  }
  const bool by_owner = status.st_uid != 0 && status.st_uid != ::geteuid();
  const bool by_all = (status.st_mode & S_IWOTH) != 0;
  const bool by_group =
      (status.st_mode & S_IWGRP) != 0 && status.st_gid != 0 && status.st_gid != ::getegid();
  if (!by_owner && !by_all && !by_group) return;
  throw Failure(Failure::Kind::invalid,
                program.native() + " is not started: others can write " + path.native(),
                "it would run with your rights: keep it where only root and you can write");
}

}  // namespace

std::optional<std::string> find_program(const sharkreg::Host& host, const std::string& scheme) {
  for (const char* variable : {"SHARKREG_FETCH_PATH", "PATH"}) {
    const std::string list = host.environment(variable).value_or("");
    for (std::string_view rest = list; !rest.empty();) {
      const std::string_view directory = rest.substr(0, rest.find(':'));
      rest.remove_prefix(std::min(directory.size() + 1, rest.size()));
      if (directory.empty() || directory.front() != '/') continue;
      const fs::path program = fs::path(directory) / ("sharkreg-fetch-" + scheme);
      if (!is_program(program)) continue;
      std::error_code error;
      const fs::path real = fs::canonical(program, error);
      if (error) continue;
      check_writers(real, program);
      check_writers(real.parent_path(), program);
      check_writers(program.parent_path(), program);
      return program.native();
    }
  }
  return std::nullopt;
}

}  // namespace exec_fetcher
