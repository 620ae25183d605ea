// SPDX-License-Identifier: Apache-2.0
#include "workplace.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace sharkreg::bench {
namespace {

namespace fs = std::filesystem;

// Variables by which a user sets sharkreg, or tells it where to put things, or sends it and curl by
// way of somebody else.
bool steers_sharkreg(std::string_view entry) {
  constexpr std::array<std::string_view, 12> beginnings = {
      "SHARKREG_",       "XDG_CACHE_HOME=",        "XDG_CONFIG_HOME=", "IREE_TEST_FILES=",
      "IREE_TOOLS_DIR=", "TEST_OUTPUT_ARTIFACTS=", "AZURE_STORAGE_",   "http_proxy=",
      "https_proxy=",    "HTTPS_PROXY=",           "all_proxy=",       "ALL_PROXY="};
  return std::ranges::any_of(beginnings, [&](std::string_view b) { return entry.starts_with(b); });
}

std::vector<std::string> environment_within(const fs::path& directory) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!steers_sharkreg(*entry)) environment.emplace_back(*entry);
  }
  environment.push_back("XDG_CACHE_HOME=" + (directory / "cache").string());
  environment.push_back("XDG_CONFIG_HOME=" + (directory / "configuration").string());
  return environment;
}

}  // namespace

core::Result<Workplace> Workplace::create(const fs::path& sharkreg, const fs::path& tools) {
  auto directory = core::TemporaryDirectory::create(fs::temp_directory_path(), "sharkreg-bench-");
  if (!directory) return directory.error();
  Workplace workplace(std::move(*directory), sharkreg, tools);
  if (const auto made = core::make_directories(workplace.hand()); !made) return made.error();
  return workplace;
}

Workplace::Workplace(core::TemporaryDirectory directory, const fs::path& sharkreg,
                     const fs::path& tools)
    : directory_(std::move(directory)),
      sharkreg_(fs::absolute(sharkreg)),
      tools_(tools.empty() ? tools : fs::absolute(tools)),
      environment_(environment_within(directory_.path())) {}

fs::path Workplace::new_place() const {
  for (int number = 1;; ++number) {
    fs::path place = directory_.path() / "aside" / std::to_string(number);
    if (fs::create_directories(place)) return place;
  }
}

Command Workplace::sharkreg(std::vector<std::string> arguments) const {
  if (!tools_.empty()) arguments.push_back("--tools-dir=" + tools_.string());
  arguments.insert(arguments.begin(), sharkreg_.string());
  return {std::move(arguments), directory_.path(), environment_, output()};
}

Command Workplace::by_hand(std::vector<std::string> words) const {
  return {std::move(words), hand(), environment_, output()};
}

}  // namespace sharkreg::bench
