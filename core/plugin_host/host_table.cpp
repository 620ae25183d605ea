// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/host_table.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string_view>
#include <vector>

#include <sharkreg/codec.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

std::vector<std::string> copies(const sr_string* texts, std::size_t count) {
  std::vector<std::string> result;
  result.reserve(count);
  for (std::size_t index = 0; index < count; ++index) result.emplace_back(from_abi(texts[index]));
  return result;
}

// A plugin's number of milliseconds may be anything; a day is as good as for ever.
std::chrono::milliseconds limit_of(std::uint64_t milliseconds) {
  constexpr std::uint64_t day = 24 * 60 * 60 * 1000;
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(milliseconds, day)));
}

}  // namespace

HostTable::HostTable(const HostServices& services) : services_(services) {
  table_.struct_size = sizeof table_;
  table_.self = this;
  table_.abi_major = SR_ABI_MAJOR;
  table_.abi_minor = SR_ABI_MINOR;
  table_.log = &HostTable::log;
  table_.get_environment = &HostTable::get_environment;
  table_.ask_tool = &HostTable::ask_tool;
}

void HostTable::log(const sr_host* host, sr_log_level level, sr_string text) {
  try {
    static_cast<HostTable*>(host->self)->services_.log(level, printable(from_abi(text)));
  } catch (...) {
    // A remark that cannot be written is no reason to fail what the plugin does.
  }
}

sr_status HostTable::read_variable(std::string_view name, sr_string* out) {
  const std::scoped_lock lock(mutex_);
  auto known = environment_.find(name);
  if (known == environment_.end()) {
    std::string key(name);
    auto value = services_.environment(key);
    known = environment_.emplace(std::move(key), std::move(value)).first;
  }
  if (!known->second) return SR_ABSENT;
  *out = to_abi(*known->second);
  return SR_OK;
}

sr_status HostTable::get_environment(const sr_host* host, sr_string name, sr_string* out) {
  try {
    return static_cast<HostTable*>(host->self)->read_variable(from_abi(name), out);
  } catch (...) {
    return SR_FAILED;
  }
}

sr_status HostTable::ask_tool(const sr_host* host, const sr_string* arguments,
                              std::size_t argument_count, const sr_string* content_files,
                              std::size_t content_file_count, std::uint64_t limit_milliseconds,
                              void* context, void (*receive)(void*, const sr_tool_answer*)) {
  if (argument_count == 0 || receive == nullptr) return SR_INVALID;
  const HostServices& services = static_cast<HostTable*>(host->self)->services_;
  sr_tool_answer said{};
  said.struct_size = sizeof said;
  said.exit_status = -1;
  try {
    const ToolAnswer answer =
        services.ask_tool(copies(arguments, argument_count),
                          copies(content_files, content_file_count), limit_of(limit_milliseconds));
    said.exit_status = answer.exit_status;
    said.standard_output = to_abi(answer.standard_output);
    said.standard_error = to_abi(answer.standard_error);
    receive(context, &said);
    return SR_OK;
  } catch (const std::exception& trouble) {
    said.failure = to_abi(trouble.what());
    receive(context, &said);
    return SR_FAILED;
  }
}

}  // namespace sharkreg::core
