// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include <sharkreg/plugin_abi.h>

#include "plugin_host/host_services.h"

namespace sharkreg::core {

// The C table behind which a plugin finds the host's services. They must outlive it, and it the
// plugin's instance; it stays where it is. Nothing is thrown through it.
//
// Threads: any, if the services allow that; a thread-safe plugin may call from several.
class HostTable {
 public:
  explicit HostTable(const HostServices& services);
  HostTable(const HostTable&) = delete;
  HostTable& operator=(const HostTable&) = delete;

  const sr_host* abi() const { return &table_; }

 private:
  static void log(const sr_host* host, sr_log_level level, sr_string text);
  static sr_status get_environment(const sr_host* host, sr_string name, sr_string* out);
  static sr_status ask_tool(const sr_host* host, const sr_string* arguments,
                            std::size_t argument_count, const sr_string* content_files,
                            std::size_t content_file_count, std::uint64_t limit_milliseconds,
                            void* context, void (*receive)(void*, const sr_tool_answer*));

  sr_status read_variable(std::string_view name, sr_string* out);

  const HostServices& services_;
  sr_host table_{};
  std::mutex mutex_;
  // Variables that were asked for: the text handed out must stay where it is.
  std::map<std::string, std::optional<std::string>, std::less<>> environment_;
};

}  // namespace sharkreg::core
