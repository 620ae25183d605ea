// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include <sharkreg/failure.h>
#include <sharkreg/fetcher.h>
#include <sharkreg/host.h>

namespace sharkreg::test {

class FakeHost final : public Host {
 public:
  std::map<std::string, std::string> variables{
      {"NETRC", "/nowhere"}, {"HOME", "/nowhere"}, {"SHARKREG_HTTP_STALL_SECONDS", "10"}};
  void log(sr_log_level, std::string_view) const override {}
  std::optional<std::string> environment(const std::string& name) const override {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  }
  ToolAnswer ask_tool(const std::vector<std::string>&, const std::vector<std::string>&,
                      std::chrono::milliseconds) const override {
    throw std::logic_error("no tool is asked");
  }
};

inline bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// A failure as the user sees it.
inline std::string text_of(const Failure& failure) {
  return std::string(failure.what()) + " | " + failure.hint();
}

inline Failure failure_of(const std::function<void()>& function) {
  try {
    function();
  } catch (const Failure& failure) {
    return failure;
  }
  FAIL("nothing was thrown");
  throw std::logic_error("not reached");
}

// A fetcher with an environment of the test's own.
template <class Fetcher>
struct Client {
  FakeHost host;
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

}  // namespace sharkreg::test
