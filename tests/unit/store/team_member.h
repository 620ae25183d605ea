// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "base/files.h"
#include "content.h"
#include "store/remote_cache.h"

namespace sharkreg::core {

using test::content_of_size;

inline RemoteOutput output_of(const std::string& name, const std::string& content) {
  return {name, sha256_of(content), content.size(), false};
}

// By name.
inline std::map<std::string, std::string> some_contents() {
  return {{"module.vmfb", content_of_size(5'000'000)}, {"empty", ""}, {"log ü.txt", "all fine\n"}};
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Somebody who uses a shared cache, with a directory of their own, and with patience: no machine is
// so loaded that a server seems dead.
struct TeamMember {
  using Adjust = std::function<void(RemoteCacheSettings&)>;

  TemporaryDirectory directory =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "member-").value();
  std::unique_ptr<RemoteCache> cache;

  explicit TeamMember(const std::string& url, const Adjust& adjust = {},
                      RemoteCacheSettings::Mode mode = RemoteCacheSettings::Mode::readwrite) {
    RemoteCacheSettings settings;
    settings.url = url;
    settings.mode = mode;
    settings.netrc = "/nowhere";
    settings.limits.connect = settings.limits.answer = std::chrono::minutes(1);
    settings.limits.stall = std::chrono::minutes(1);
    settings.limits.lost = std::chrono::hours(1);
    if (adjust) adjust(settings);
    cache = open_remote_cache(settings).value();
  }

  std::filesystem::path path(const std::string& name) const { return directory.path() / name; }

  Result<void> upload(const std::string& key, const std::map<std::string, std::string>& contents,
                      const std::string& standard_error = "") {
    RemoteEntry entry;
    entry.standard_error = standard_error;
    std::vector<std::filesystem::path> files;
    for (const auto& [name, content] : contents) {
      entry.outputs.push_back(output_of(name, content));
      files.push_back(path("out-" + name));
      REQUIRE(write_file_atomically(files.back(), content).has_value());
    }
    return cache->upload(key, entry, files);
  }

  std::string find_error(const std::string& key) {
    const auto found = cache->find(key);
    return found ? "none" : to_text(found.error());
  }

  // What comes, "miss", or "error: " and the reason. Nothing may be left of what did not come.
  std::string fetch(const RemoteOutput& output) {
    const std::filesystem::path to = path("fetched-" + output.name);
    std::filesystem::remove(to);
    const auto fetched = cache->fetch(output, to);
    if (fetched && *fetched) return read_file(to).value();
    CHECK_FALSE(std::filesystem::exists(to));
    return fetched ? "miss" : "error: " + to_text(fetched.error());
  }
};

// What one uploads the other finds, and gets byte for byte.
inline void check_round_trip(TeamMember& giver, TeamMember& taker, const std::string& key) {
  const auto contents = some_contents();
  CHECK_FALSE(taker.cache->find(key).value());
  REQUIRE(giver.upload(key, contents, "a warning\n").has_value());
  const auto found = taker.cache->find(key).value();
  REQUIRE(found);
  CHECK(found->standard_error == "a warning\n");
  REQUIRE(found->outputs.size() == contents.size());
  for (const RemoteOutput& output : found->outputs) {
    CHECK(taker.fetch(output) == contents.at(output.name));
  }
  CHECK_FALSE(taker.cache->find(sha256_of("another key")).value());
}

}  // namespace sharkreg::core
