// SPDX-License-Identifier: Apache-2.0
#include "host.h"

#include <bit>
#include <cstdlib>

namespace sharkreg::conformance {
namespace {

// Where a call of something that is not there ends: a page that nobody has.
template <class Function>
Function* poison() {
  return std::bit_cast<Function*>(std::uintptr_t{0x10});
}

}  // namespace

Host::Host(Age age) : table_(age) {
  sr_host& table = table_.table;
  table.self = this;
  table.abi_major = SR_ABI_MAJOR;
  table.abi_minor = age == Age::newer ? SR_ABI_MINOR + 7 : SR_ABI_MINOR;
  if (age == Age::null) return;
  table.log = &Host::log;
  table.get_environment = &Host::get_environment;
  table.ask_tool = &Host::ask_tool;
  if (age != Age::older) return;
  table.struct_size = offsetof(sr_host, log);
  table.log = poison<std::remove_pointer_t<decltype(table.log)>>();
  table.get_environment = poison<std::remove_pointer_t<decltype(table.get_environment)>>();
  table.ask_tool = poison<std::remove_pointer_t<decltype(table.ask_tool)>>();
}

void Host::log(const sr_host*, sr_log_level, sr_string) {}

sr_status Host::get_environment(const sr_host* host, sr_string name, sr_string* out) {
  Host& self = *static_cast<Host*>(host->self);
  const std::scoped_lock lock(self.mutex_);
  const std::string key(from_abi(name));
  auto known = self.variables_.find(key);
  if (known == self.variables_.end()) {
    const char* value = std::getenv(key.c_str());
    known = self.variables_.emplace(key, value ? std::optional<std::string>(value) : std::nullopt)
                .first;
  }
  if (!known->second) return SR_ABSENT;
  *out = to_abi(*known->second);
  return SR_OK;
}

sr_status Host::ask_tool(const sr_host*, const sr_string*, std::size_t count, const sr_string*,
                         std::size_t, std::uint64_t, void* context,
                         void (*receive)(void*, const sr_tool_answer*)) {
  if (count == 0) return SR_INVALID;
  sr_tool_answer said{};
  said.struct_size = sizeof said;
  said.exit_status = -1;
  said.failure = to_abi("sharkreg-conformance asks no tools");
  receive(context, &said);
  return SR_FAILED;
}

}  // namespace sharkreg::conformance
