// SPDX-License-Identifier: Apache-2.0
#include "library.h"

#include <algorithm>
#include <bit>
#include <dlfcn.h>
#include <set>

#include <fmt/format.h>

#include <sharkreg/backend_abi.h>

#include "tree.h"

namespace sharkreg::conformance {
namespace {

constexpr std::size_t most_interfaces = 1000;
constexpr std::size_t longest_struct = 1 << 16;

bool is_name(sr_string text, bool underscores) {
  if (text.size > 1000 || !is_text(text) || text.size == 0) return false;
  const std::string_view name = from_abi(text);
  return name.front() >= 'a' && name.front() <= 'z' && std::ranges::all_of(name, [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '_' && underscores);
         });
}

bool is_id(sr_string text) {
  if (text.size > 1000 || !is_text(text)) return false;
  const std::string_view id = from_abi(text);
  const std::size_t slash = id.rfind('/');
  return slash != id.npos && slash > 0 && slash + 1 < id.size() &&
         std::ranges::all_of(id.substr(slash + 1), [](char c) { return c >= '0' && c <= '9'; });
}

// A struct_size that holds all of 1.0, and is not garbage.
void check_size(const Context& context, const std::string& what, std::size_t found,
                std::size_t wanted) {
  context.require(found >= wanted && found <= longest_struct,
                  fmt::format("struct_size of {}: {} at least", what, wanted),
                  std::to_string(found), "set struct_size to the sizeof of the struct");
}

void check_version(const Context& context, const sr_plugin& plugin) {
  context.require(plugin.magic == SR_ABI_MAGIC, fmt::format("the magic {:#x}", SR_ABI_MAGIC),
                  fmt::format("{:#x}", plugin.magic), "set magic to SR_ABI_MAGIC");
  context.require(plugin.abi_major == SR_ABI_MAJOR, fmt::format("abi_major {}", SR_ABI_MAJOR),
                  std::to_string(plugin.abi_major),
                  "set abi_major to SR_ABI_MAJOR, or use the checker of that version's SDK");
  context.require(
      plugin.abi_minor_required <= SR_ABI_MINOR && plugin.abi_minor_required <= plugin.abi_minor,
      fmt::format("abi_minor_required of {} at most, and no more than abi_minor", SR_ABI_MINOR),
      fmt::format("{} (abi_minor {})", plugin.abi_minor_required, plugin.abi_minor),
      "require only what the plugin cannot do without");
}

void check_interface(const Context& context, const sr_interface* interface, std::size_t number) {
  const std::string which = fmt::format("interface {}", number);
  context.require(interface != nullptr, which + " that is not null", "a null pointer",
                  "let interface_count be the number of interfaces");
  check_size(context, which, interface->struct_size, sizeof(sr_interface));
  context.require(is_id(interface->id), "an id of kind and revision, such as " SR_BACKEND_ID,
                  shown(interface->id), "use the SR_…_ID of the header");
  const bool backend = from_abi(interface->id) == SR_BACKEND_ID;
  context.require(is_name(interface->name, !backend),
                  fmt::format("{} called [a-z][a-z0-9{}]*", which, backend ? "" : "_"),
                  shown(interface->name), "users type this name: small letters and digits");
  const bool complete = interface->create != nullptr && interface->destroy != nullptr &&
                        interface->functions != nullptr;
  context.require(complete, which + " with create, destroy and functions", "a null pointer",
                  "fill in all of the interface");
}

void check_interfaces(const Context& context, const sr_plugin& plugin) {
  context.require(plugin.interface_count > 0 && plugin.interface_count <= most_interfaces &&
                      plugin.interfaces != nullptr,
                  "one interface at least, and fewer than a thousand",
                  fmt::format("{} interfaces{}", plugin.interface_count,
                              plugin.interfaces == nullptr ? " at a null pointer" : ""),
                  "let interfaces point to interface_count pointers");
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (std::size_t index = 0; index < plugin.interface_count; ++index) {
    const sr_interface* interface = plugin.interfaces[index];
    check_interface(context, interface, index);
    const auto id = from_abi(interface->id);
    const auto name = from_abi(interface->name);
    context.require(seen.emplace(id, name).second, "no interface twice",
                    fmt::format("{} \"{}\" twice", id, name), "give each a name of its own");
  }
}

}  // namespace

sr_plugin_function load(Context& context) {
  context.ask("dlopen with RTLD_NOW and RTLD_LOCAL");
  void* library = ::dlopen(context.file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    const char* said = ::dlerror();
    context.fail("a library of which all symbols are resolved", said ? said : "no word why",
                 "link it with all that it needs; -Wl,-z,defs shows what is missing");
  }
  context.ask("for the symbol " SR_PLUGIN_SYMBOL);
  void* symbol = ::dlsym(library, SR_PLUGIN_SYMBOL);
  context.require(symbol != nullptr, "a function " SR_PLUGIN_SYMBOL, "no such symbol",
                  "define it with SHARKREG_PLUGIN, or as extern \"C\" with default visibility");
  return std::bit_cast<sr_plugin_function>(symbol);
}

void check_descriptor(Context& context, const sr_plugin* descriptor) {
  context.require(descriptor != nullptr, "a description", "a null pointer",
                  "return the address of a constant sr_plugin");
  check_version(context, *descriptor);
  check_size(context, "sr_plugin", descriptor->struct_size, sizeof(sr_plugin));
  context.require(is_name(descriptor->name, true), "a name [a-z][a-z0-9_]*",
                  shown(descriptor->name), "name the plugin as its file: lib<name>.so");
  for (const sr_string& text : {descriptor->version, descriptor->toolchain}) {
    context.require(text.size < 1000 && is_text(text), "version and toolchain in UTF-8",
                    text.size < 1000 ? shown(text) : std::to_string(text.size) + " bytes",
                    "they are shown to people");
  }
  constexpr unsigned sanitizers = SR_BUILD_ADDRESS_SANITIZER | SR_BUILD_THREAD_SANITIZER;
  context.require((descriptor->build_flags & sanitizers) == (SR_BUILD_FLAGS & sanitizers),
                  fmt::format("build_flags {}, as this checker is built", SR_BUILD_FLAGS),
                  std::to_string(descriptor->build_flags),
                  "set build_flags to SR_BUILD_FLAGS, and ship it without a sanitizer");
  check_interfaces(context, *descriptor);
}

std::vector<InterfaceName> interfaces_of(const sr_plugin& plugin) {
  std::vector<InterfaceName> result;
  for (std::size_t index = 0; index < plugin.interface_count; ++index) {
    const sr_interface& interface = *plugin.interfaces[index];
    result.push_back(
        {index, std::string(from_abi(interface.id)), std::string(from_abi(interface.name))});
  }
  return result;
}

}  // namespace sharkreg::conformance
