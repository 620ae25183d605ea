// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/descriptor_check.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <sharkreg/backend_abi.h>
#include <sharkreg/comparator_abi.h>
#include <sharkreg/fetcher_abi.h>
#include <sharkreg/plugin.h>
#include <sharkreg/tuner_abi.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

// Whether `struct_size` covers a member; for members that are no pointers.
#define COVERS(size, type, member) \
  ((size) >= offsetof(type, member) + sizeof(static_cast<const type*>(nullptr)->member))

constexpr std::size_t longest_text = 1000;     // of names and versions
constexpr std::size_t most_interfaces = 1000;  // beyond it the count is garbage

const char* const ask_its_author = "the plugin is at fault: ask its author";

Error refusal(std::string message, std::string hint = ask_its_author) {
  return Error{ErrorKind::infrastructure, std::move(message), std::move(hint)};
}

bool is_text(sr_string text) {
  if (text.size > longest_text || (text.data == nullptr && text.size > 0)) return false;
  return is_valid_utf8(from_abi(text));
}

// What can be shown of a text that may be anything.
std::string shown(sr_string text) {
  return is_text(text) ? fmt::format("\"{}\"", printable(from_abi(text))) : "no text at all";
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// [a-z][a-z0-9_]*, without '_' if that may not be.
bool is_name(sr_string text, bool underscores) {
  if (!is_text(text) || text.size == 0 || !is_lower(text.data[0])) return false;
  const std::string_view name = from_abi(text);
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return is_lower(c) || is_digit(c) || (c == '_' && underscores);
  });
}

// "kind/revision".
bool is_id(sr_string text) {
  if (!is_text(text)) return false;
  const std::string_view id = from_abi(text);
  const std::size_t slash = id.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == id.size()) return false;
  const auto in_kind = [](char c) {
    return is_lower(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
  };
  return std::all_of(id.begin(), id.begin() + static_cast<std::ptrdiff_t>(slash), in_kind) &&
         std::all_of(id.begin() + static_cast<std::ptrdiff_t>(slash) + 1, id.end(), is_digit);
}

std::string sanitizers(std::uint32_t flags) {
  const bool address = (flags & SR_BUILD_ADDRESS_SANITIZER) != 0;
  const bool thread = (flags & SR_BUILD_THREAD_SANITIZER) != 0;
  if (address && thread) return "AddressSanitizer and ThreadSanitizer";
  if (address) return "AddressSanitizer";
  if (thread) return "ThreadSanitizer";
  return "no sanitizer";
}

Result<void> check_version(const sr_plugin& plugin, const std::string& file) {
  if (plugin.abi_major != SR_ABI_MAJOR) {
    return refusal(fmt::format("{} is built for version {}.{} of the plugin ABI; wanted is {}.x",
                               file, plugin.abi_major, plugin.abi_minor, SR_ABI_MAJOR),
                   plugin.abi_major > SR_ABI_MAJOR
                       ? "update sharkreg, or use an older version of the plugin"
                       : "use a newer version of the plugin, or build it again with this SDK");
  }
  if (plugin.abi_minor_required > SR_ABI_MINOR) {
    return refusal(
        fmt::format("{} needs a host with version {}.{} of the plugin ABI or newer; this "
                    "one has {}",
                    file, plugin.abi_major, plugin.abi_minor_required, host_abi()),
        "update sharkreg, or use an older version of the plugin");
  }
  constexpr std::uint32_t known = SR_BUILD_ADDRESS_SANITIZER | SR_BUILD_THREAD_SANITIZER;
  if ((plugin.build_flags & known) != host_build_flags()) {
    return refusal(fmt::format("{} is built with {}, this program with {}", file,
                               sanitizers(plugin.build_flags), sanitizers(host_build_flags())),
                   "build both alike");
  }
  return {};
}

Result<void> check_interface(const sr_interface* interface, std::size_t number,
                             const std::string& file) {
  const std::string which = fmt::format("interface {} of {}", number, file);
  if (interface == nullptr) return refusal(which + " is null");
  if (!COVERS(interface->struct_size, sr_interface, name)) {
    return refusal(fmt::format("{} says that it has {} bytes; id and name alone need {}", which,
                               interface->struct_size,
                               offsetof(sr_interface, name) + sizeof(sr_string)));
  }
  if (!is_id(interface->id)) {
    return refusal(fmt::format("{} has the id {}; wanted is a kind and a revision such as \"{}\"",
                               which, shown(interface->id), SR_BACKEND_ID));
  }
  const std::string_view id = from_abi(interface->id);
  const bool backend = id == SR_BACKEND_ID;
  if (!is_name(interface->name, !backend)) {
    return refusal(
        fmt::format("{} ({}) is called {}; wanted is a name of small letters{} and digits", which,
                    id, shown(interface->name), backend ? "" : ", underscores"));
  }
  if (!is_known_interface(id)) return {};
  const std::pair<const char*, bool> needed[] = {
      {"create", SR_HAS(interface, sr_interface, create)},
      {"destroy", SR_HAS(interface, sr_interface, destroy)},
      {"functions", SR_HAS(interface, sr_interface, functions)},
  };
  for (const auto& [member, present] : needed) {
    if (!present) return refusal(fmt::format("{} ({}) has no {}", which, id, member));
  }
  return {};
}

Result<void> check_interfaces(const sr_plugin& plugin, const std::string& file) {
  if (plugin.interface_count == 0 || plugin.interfaces == nullptr) {
    return refusal(file + " offers no interface; wanted is one at least");
  }
  if (plugin.interface_count > most_interfaces) {
    return refusal(fmt::format("{} says that it offers {} interfaces; at most {} are taken", file,
                               plugin.interface_count, most_interfaces));
  }
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (std::size_t index = 0; index < plugin.interface_count; ++index) {
    const sr_interface* interface = plugin.interfaces[index];
    if (auto checked = check_interface(interface, index, file); !checked) return checked;
    if (!seen.emplace(from_abi(interface->id), from_abi(interface->name)).second) {
      return refusal(fmt::format("{} offers {} \"{}\" twice", file, from_abi(interface->id),
                                 from_abi(interface->name)));
    }
  }
  return {};
}

}  // namespace

std::string host_abi() {
  return fmt::format("{}.{}", SR_ABI_MAJOR, SR_ABI_MINOR);
}

std::uint32_t host_build_flags() {
  return SR_BUILD_FLAGS;
}

bool is_known_interface(std::string_view id) {
  return id == SR_BACKEND_ID || id == SR_FETCHER_ID || id == SR_COMPARATOR_ID || id == SR_TUNER_ID;
}

Result<void> check_descriptor(const sr_plugin* descriptor, const std::string& file) {
  if (descriptor == nullptr) {
    return refusal(fmt::format("{} describes itself by a null pointer", file));
  }
  const sr_plugin& plugin = *descriptor;
  if (plugin.magic != SR_ABI_MAGIC) {
    return refusal(
        fmt::format("{} exports {}, but what that returns begins with {:#018x}; wanted is "
                    "{:#018x}",
                    file, SR_PLUGIN_SYMBOL, plugin.magic, SR_ABI_MAGIC),
        "build the plugin with sharkreg's SDK");
  }
  // Said before the size is judged: another major may have another layout.
  if (COVERS(plugin.struct_size, sr_plugin, build_flags)) {
    if (auto version = check_version(plugin, file); !version) return version;
  }
  if (!COVERS(plugin.struct_size, sr_plugin, interface_count)) {
    return refusal(fmt::format("{} describes itself in {} bytes; wanted are {} at least", file,
                               plugin.struct_size,
                               offsetof(sr_plugin, interface_count) + sizeof(std::size_t)));
  }
  if (!is_name(plugin.name, true)) {
    return refusal(
        fmt::format("{} is called {}; wanted is a name of small letters, digits and "
                    "underscores",
                    file, shown(plugin.name)));
  }
  if (!is_text(plugin.version) || !is_text(plugin.toolchain)) {
    return refusal(
        fmt::format("version and toolchain of {} are {} and {}; wanted is UTF-8 of at "
                    "most {} bytes",
                    file, shown(plugin.version), shown(plugin.toolchain), longest_text));
  }
  return check_interfaces(plugin, file);
}

}  // namespace sharkreg::core
