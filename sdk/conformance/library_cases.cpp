// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cases.h"
#include "elf_file.h"
#include "instance.h"
#include "library.h"
#include "process_state.h"

namespace sharkreg::conformance {
namespace {

namespace fs = std::filesystem;

void check_file(Context& context) {
  context.ask("what kind of file it is");
  const fs::file_status status = fs::status(context.file);
  context.require(fs::is_regular_file(status), "a regular file", "something else",
                  "name the plugin's .so file");
  const ElfFile elf = read_elf(context.file);
  context.require(elf.trouble.empty(), "a whole ELF library for this machine", elf.trouble,
                  "build it as a shared library for this architecture, and copy all of it");
  context.require((status.permissions() & fs::perms::others_write) == fs::perms::none,
                  "a file that not everybody can write", "a mode that lets others write",
                  "chmod o-w: hosts refuse such a file");
}

void check_exports(Context& context) {
  context.ask("for its dynamic symbols");
  const ElfFile elf = read_elf(context.file);
  std::vector<std::string> exports = elf.exports;
  std::ranges::sort(exports);
  const bool one = exports.size() == 1 && exports.front() == SR_PLUGIN_SYMBOL;
  const std::size_t shown_at_most = std::min<std::size_t>(exports.size(), 5);
  const std::vector<std::string> first(
      exports.begin(), exports.begin() + static_cast<std::ptrdiff_t>(shown_at_most));
  context.require(one, "one exported symbol, " SR_PLUGIN_SYMBOL,
                  exports.empty() ? "none"
                                  : fmt::format("{}: {}{}", exports.size(), fmt::join(first, ", "),
                                                exports.size() > shown_at_most ? ", …" : ""),
                  "build with hidden visibility and a version script; sharkreg_add_plugin does");
}

void check_loads(Context& context) {
  load(context);
}

const sr_plugin* descriptor_of(const Context& context, sr_plugin_function function) {
  return guarded(context, [&] { return function(); });
}

void check_description(Context& context) {
  const auto function = load(context);
  context.ask(SR_PLUGIN_SYMBOL "()");
  context.plugin = descriptor_of(context, function);
  check_descriptor(context, context.plugin);
}

// All that a description says, so that it can be compared with itself.
std::string content_of(const sr_plugin& plugin) {
  std::string text(reinterpret_cast<const char*>(&plugin), sizeof plugin);
  for (const sr_string& part : {plugin.name, plugin.version, plugin.toolchain}) {
    text += from_abi(part);
  }
  for (std::size_t index = 0; index < plugin.interface_count; ++index) {
    const sr_interface& interface = *plugin.interfaces[index];
    text.append(reinterpret_cast<const char*>(&interface), sizeof interface);
    text += from_abi(interface.id);
    text += from_abi(interface.name);
  }
  return text;
}

void check_constant(Context& context) {
  const auto function = load(context);
  context.ask(SR_PLUGIN_SYMBOL "(), a thousand times on each of eight threads");
  const sr_plugin* first = descriptor_of(context, function);
  check_descriptor(context, first);
  const std::string content = content_of(*first);
  std::array<bool, 8> same{};
  {
    std::vector<std::jthread> callers;
    for (bool& mine : same) {
      callers.emplace_back([&] {
        mine = true;
        for (int call = 0; call < 1000; ++call) {
          const sr_plugin* now = function();
          mine = mine && now == first && content_of(*now) == content;
        }
      });
    }
  }
  context.require(std::ranges::all_of(same, [](bool value) { return value; }),
                  "the same pointer and content at every call", "another one",
                  "return the address of one constant; do nothing else");
}

void check_loading_is_quiet(Context& context) {
  const ProcessState before = process_state();
  const auto function = load(context);
  context.ask("what loading and " SR_PLUGIN_SYMBOL "() leave behind");
  descriptor_of(context, function);
  const std::string changed = changed_since(before);
  context.require(changed.empty(), "a process as it was before", changed,
                  "take that out of static initialisers and of " SR_PLUGIN_SYMBOL);
}

}  // namespace

std::vector<Case> library_cases() {
  return {
      {"file", "is a whole library for this machine that others cannot write", &check_file},
      {"exports", "exports " SR_PLUGIN_SYMBOL " and nothing else", &check_exports},
      {std::string(loading_case), "loads with all symbols resolved", &check_loads},
      {std::string(describing_case), "describes itself as the ABI asks for", &check_description},
      {"constant", "describes itself alike at every call, on every thread", &check_constant},
      {"loading", "changes nothing in the process when it is loaded", &check_loading_is_quiet},
  };
}

}  // namespace sharkreg::conformance
