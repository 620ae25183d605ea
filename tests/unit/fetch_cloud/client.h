// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include <sharkreg/failure.h>
#include <sharkreg/fetcher.h>

#include "fetcher_host.h"

namespace sharkreg::test {

inline bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// A failure as the user sees it.
inline std::string text_of(const Failure& failure) {
  return std::string(failure.what()) + " | " + failure.hint();
}

// A fetcher with an environment of the test's own.
template <class Fetcher>
struct Client {
  FakeHost host{
      {{"NETRC", "/nowhere"}, {"HOME", "/nowhere"}, {"SHARKREG_HTTP_STALL_SECONDS", "10"}}};
  Fetcher fetcher{{}, host};

  explicit Client(const std::map<std::string, std::string>& variables = {}) {
    for (const auto& [name, value] : variables) host.variables[name] = value;
  }

  std::optional<ArtifactInformation> stat(const std::string& url) { return fetcher.stat(url); }

  std::string read(const std::string& url, const ArtifactPart& part = {}) {
    std::string got;
    fetcher.read(url, part, [&](const void* bytes, std::size_t size) {
      if (size > 0) got.append(static_cast<const char*>(bytes), size);
      return true;
    });
    return got;
  }

  // The beginning, and what is said of it; REQUIREd to be there.
  std::string get(const std::string& url, std::uint64_t length, ArtifactInformation& information) {
    std::string got;
    REQUIRE(fetcher.get(
        url, length,
        [&](const ArtifactInformation& said) {
          information = said;
          return true;
        },
        [&](const void* bytes, std::size_t size) {
          if (size > 0) got.append(static_cast<const char*>(bytes), size);
          return true;
        }));
    return got;
  }

  Failure stat_failure(const std::string& url) {
    return failure_of([&] { fetcher.stat(url); });
  }
  Failure read_failure(const std::string& url, const ArtifactPart& part = {}) {
    return failure_of([&] { read(url, part); });
  }
};

inline const std::string alphabet = "abcdefghijklmnopqrstuvwxyz";

// A server has the alphabet there: all of it and its parts are read as they should be. Returns what is
// known of it.
template <class Fetcher>
ArtifactInformation check_alphabet(Client<Fetcher>& client, const std::string& url) {
  const auto information = client.stat(url);
  REQUIRE(information);
  CHECK(information->size == 26);
  CHECK(information->ranges);
  CHECK(client.read(url) == alphabet);
  CHECK(client.read(url, {3, 4, information->validator}) == "defg");
  CHECK(client.read(url, {20, ArtifactPart::to_end, information->validator}) == "uvwxyz");
  CHECK(client.read(url, {26, ArtifactPart::to_end, information->validator}).empty());
  CHECK(client.read(url, {26, ArtifactPart::to_end, {}}).empty());
  ArtifactInformation said;
  CHECK(client.get(url, 5, said) == "abcde");
  CHECK(said.size == 26);
  CHECK(said.validator == information->validator);
  return *information;
}

}  // namespace sharkreg::test
