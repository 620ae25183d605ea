// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "scripted_server.h"

namespace sharkreg::test {

struct ScriptedCacheLimits {
  std::size_t largest = 64 << 20;  // bytes of one file
  std::size_t room = 256 << 20;    // bytes of all
};

// A shared cache with the documented rules of bazel-remote: a file is refused under another name than
// its SHA-256, and what is no ActionResult as an entry; an entry of which a file is missing is not
// there; the empty file always is; names are 64 hexadecimal digits behind ac/ or cas/ and any prefix;
// an entry without a worker gets one.
//
// Threads: any.
class ScriptedCache {
 public:
  using Limits = ScriptedCacheLimits;

  explicit ScriptedCache(const Limits& limits = {}) : limits_(limits) {}

  std::string url() const { return server_.url(""); }
  const ScriptedServer& server() const { return server_; }

  // What is at ac/… or cas/…, whatever its prefix was.
  std::optional<std::string> content(const std::string& path) const;
  void remove(const std::string& path);

 private:
  HttpResponse answer(const HttpRequest& request);
  HttpResponse give(const std::string& path) const;
  HttpResponse take(const std::string& path, const HttpRequest& request);
  bool is_whole(const std::string& entry) const;
  bool has_file(const std::string& sha256) const;

  Limits limits_;
  mutable std::mutex mutex_;  // guards contents_
  std::map<std::string, std::string> contents_;
  ScriptedServer server_{[this](const HttpRequest& request) { return answer(request); }};
};

}  // namespace sharkreg::test
