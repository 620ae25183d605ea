// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <fmt/format.h>

#include "plugin_host/library.h"
#include "plugin_host/proxies.h"

namespace sharkreg::core {
namespace {

// A description may depend on nothing but the plugin, since it is remembered: it is made without
// environment and tools.
class NoServices final : public HostServices {
 public:
  void log(sr_log_level, std::string_view) const override {}
  std::optional<std::string> environment(const std::string&) const override { return std::nullopt; }
  ToolAnswer ask_tool(const std::vector<std::string>&, const std::vector<std::string>&,
                      std::chrono::milliseconds) const override {
    throw Failure(Failure::Kind::unsupported, "no tool can be asked while a plugin is described");
  }
};

using Library = std::shared_ptr<const PluginLibrary>;

// Asks an instance that was just made. Which of its answers are kept differs by kind.
Result<void> ask_backend(const Library& library, const sr_interface& interface,
                         InterfaceDescription& description) {
  const NoServices services;
  auto backend = make_backend_proxy(library, interface, {}, services);
  if (!backend) return backend.error();
  description.backend = (*backend)->describe();
  return {};
}

Result<void> ask_fetcher(const Library& library, const sr_interface& interface,
                         InterfaceDescription& description) {
  const NoServices services;
  auto fetcher = make_fetcher_proxy(library, interface, {}, services);
  if (!fetcher) return fetcher.error();
  description.fetcher = (*fetcher)->describe();
  return {};
}

Result<void> ask_comparator(const Library& library, const sr_interface& interface) {
  const NoServices services;
  auto comparator = make_comparator_proxy(library, interface, {}, services);
  if (!comparator) return comparator.error();
  (*comparator)->describe();
  return {};
}

Result<void> ask_tuner(const Library& library, const sr_interface& interface) {
  const NoServices services;
  auto tuner = make_tuner_proxy(library, interface, {}, services);
  if (!tuner) return tuner.error();
  return {};
}

Result<void> ask(const Library& library, const sr_interface& interface,
                 InterfaceDescription& description) {
  if (description.id == SR_BACKEND_ID) return ask_backend(library, interface, description);
  if (description.id == SR_FETCHER_ID) return ask_fetcher(library, interface, description);
  if (description.id == SR_COMPARATOR_ID) return ask_comparator(library, interface);
  if (description.id == SR_TUNER_ID) return ask_tuner(library, interface);
  return {};  // of a kind or revision that this program does not know: kept by name
}

}  // namespace

Result<PluginDescription> describe(const Library& library) {
  const sr_plugin& plugin = library->descriptor();
  PluginDescription result;
  result.library = library->path();
  result.name = from_abi(plugin.name);
  result.version = from_abi(plugin.version);
  result.toolchain = from_abi(plugin.toolchain);
  result.abi = fmt::format("{}.{}", plugin.abi_major, plugin.abi_minor);
  for (std::size_t index = 0; index < plugin.interface_count; ++index) {
    const sr_interface& interface = *plugin.interfaces[index];
    InterfaceDescription& description = result.interfaces.emplace_back();
    description.id = from_abi(interface.id);
    description.name = from_abi(interface.name);
    description.thread_safe = (interface.flags & SR_INTERFACE_THREAD_SAFE) != 0;
    try {
      if (auto asked = ask(library, interface, description); !asked) return asked.error();
    } catch (const Failure& failure) {
      return Error{ErrorKind::infrastructure, failure.what(), failure.hint()};
    }
  }
  if (auto checked = check_description(result); !checked) return checked.error();
  return result;
}

}  // namespace sharkreg::core
