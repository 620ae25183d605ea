// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "tree.h"

namespace sharkreg::conformance {

// What a plugin finds as its host: it passes the environment on, keeps no log, and asks no tool, as
// a host may that has none. Threads: any.
class Host {
 public:
  explicit Host(Age age = Age::current);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  const sr_host* abi() const { return &table_.table; }

 private:
  static void log(const sr_host* host, sr_log_level level, sr_string text);
  static sr_status get_environment(const sr_host* host, sr_string name, sr_string* out);
  static sr_status ask_tool(const sr_host* host, const sr_string* arguments, std::size_t count,
                            const sr_string* files, std::size_t file_count, std::uint64_t limit,
                            void* context, void (*receive)(void*, const sr_tool_answer*));

  Padded<sr_host> table_;
  std::mutex mutex_;
  std::map<std::string, std::optional<std::string>> variables_;
};

}  // namespace sharkreg::conformance
