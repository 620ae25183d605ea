// SPDX-License-Identifier: Apache-2.0
#include "cli/content_identity.h"

#include <map>
#include <memory>
#include <sys/stat.h>

#include <fmt/format.h>

namespace sharkreg::core {
namespace {

constexpr const char* not_there = "not there";

}  // namespace

ContentIdentity content_identity(const Memo& memo) {
  ContentIdentity identity;
  const auto known = std::make_shared<std::map<std::string, std::string>>();
  identity.tool = [&memo, known](const std::filesystem::path& file) {
    const auto [found, is_new] = known->try_emplace(file.native());
    if (is_new) {
      const auto digest = memo.digest_of_file(file);
      found->second = digest ? *digest : not_there;
    }
    return found->second;
  };
  identity.artifact = [](const std::filesystem::path& file) -> std::string {
    struct stat state {};
    if (::stat(file.c_str(), &state) != 0) return not_there;
    return fmt::format("{} {}.{:09}", state.st_size, state.st_mtim.tv_sec, state.st_mtim.tv_nsec);
  };
  return identity;
}

}  // namespace sharkreg::core
