// SPDX-License-Identifier: Apache-2.0
#include "perform.h"

#include <chrono>

#include "instance.h"

namespace sharkreg::conformance {
namespace {

const std::string library_group = "library/";

// Loads the plugin and finds the interface that the case is about.
void open_interface(Context& context, const NamedCase& chosen) {
  const auto function = load(context);
  context.ask(SR_PLUGIN_SYMBOL "()");
  context.plugin = guarded(context, [&] { return function(); });
  check_descriptor(context, context.plugin);
  for (std::size_t index = 0; index < context.plugin->interface_count; ++index) {
    const sr_interface* interface = context.plugin->interfaces[index];
    if (from_abi(interface->id) != chosen.interface_id) continue;
    if (from_abi(interface->name) != chosen.interface_name) continue;
    context.interface = interface;
    return;
  }
  context.fail("the interface " + chosen.interface_name, "none of this name",
               "describe the plugin alike at every call, in every process");
}

PluginIdentity identity_of(const sr_plugin& plugin) {
  return {std::string(from_abi(plugin.name)), std::string(from_abi(plugin.version)),
          std::string(from_abi(plugin.toolchain)), interfaces_of(plugin)};
}

}  // namespace

std::vector<NamedCase> named_library_cases() {
  std::vector<NamedCase> all;
  for (Case& one : library_cases()) {
    std::string name = library_group + one.name;
    all.push_back({std::move(name), {}, {}, std::move(one)});
  }
  return all;
}

std::vector<NamedCase> named_cases_of(const std::vector<InterfaceName>& interfaces) {
  std::vector<NamedCase> all;
  for (const InterfaceName& interface : interfaces) {
    const Kind* kind = find_kind(interface.id);
    if (kind == nullptr) continue;
    for (Case& one : cases_of(*kind)) {
      std::string name = std::string(kind->name) + "/" + interface.name + "/" + one.name;
      all.push_back({std::move(name), interface.id, interface.name, std::move(one)});
    }
  }
  return all;
}

std::optional<NamedCase> find_case(const std::string& name) {
  std::vector<NamedCase> all = named_library_cases();
  const std::size_t first = name.find('/');
  const std::size_t last = name.rfind('/');
  for (const Kind& kind : kinds()) {
    if (first == last || name.substr(0, first) != kind.name) continue;
    all = named_cases_of({{0, std::string(kind.id), name.substr(first + 1, last - first - 1)}});
  }
  for (NamedCase& one : all) {
    if (one.name == name) return std::move(one);
  }
  return std::nullopt;
}

Performed perform(const NamedCase& chosen, const Subject& subject,
                  std::function<void(const std::string&)> tell) {
  const auto begin = std::chrono::steady_clock::now();
  Performed done;
  done.result.name = chosen.name;
  done.result.sentence = chosen.check.sentence;
  Context context;
  context.file = subject.file;
  context.scratch = subject.scratch;
  context.url = subject.url;
  context.tell = std::move(tell);
  try {
    if (!chosen.interface_id.empty()) open_interface(context, chosen);
    chosen.check.check(context);
    done.result.outcome = Outcome::passed;
    const bool describes = chosen.name == library_group + std::string(describing_case);
    if (describes) done.identity = identity_of(*context.plugin);
  } catch (const Broken& broken) {
    done.result.finding = broken.finding();
  } catch (const NotApplicable& reason) {
    done.result.outcome = Outcome::skipped;
    done.result.reason = reason.what();
  }
  done.result.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return done;
}

}  // namespace sharkreg::conformance
