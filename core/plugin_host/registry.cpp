// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/registry.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"
#include "plugin_host/descriptor_check.h"
#include "plugin_host/fetcher_choice.h"
#include "plugin_host/library.h"
#include "plugin_host/library_file.h"
#include "plugin_host/proxies.h"
#include "plugin_host/search.h"

namespace sharkreg::core {
namespace {

constexpr std::string_view memo_kind = "plugin";

std::string noun_of(std::string_view interface_id) {
  if (interface_id == SR_BACKEND_ID) return "backend";
  if (interface_id == SR_FETCHER_ID) return "fetcher";
  if (interface_id == SR_COMPARATOR_ID) return "comparator";
  if (interface_id == SR_TUNER_ID) return "tuner";
  return std::string(interface_id);
}

// All that decides a description, besides the program that makes it.
std::string memo_key(const std::string& digest) {
  return fmt::format("{}\n{}\n{}\n{}", digest, host_abi(), host_build_flags(),
                     plugin_description_schema);
}

// How a child process ended says nothing of the file that it was given.
Error naming(const std::filesystem::path& library, Error error) {
  if (error.message.find(library.native()) == std::string::npos) {
    error.message = library.native() + ": " + error.message;
  }
  return error;
}

// A remembered refusal: its message and its hint, in two lines.
constexpr std::string_view refusal_kind = "plugin-refusal";

std::optional<Error> remembered_refusal(const Memo& memo, const std::string& key) {
  const auto text = memo.find(refusal_kind, key);
  if (!text) return std::nullopt;
  const std::size_t end = std::min(text->find('\n'), text->size());
  return Error{ErrorKind::infrastructure, text->substr(0, end) + " (as remembered)",
               "`sharkreg plugins --recheck` asks it again"};
}

// What a library says of itself: as remembered, or by asking it.
Result<PluginDescription> description_of(const std::filesystem::path& library,
                                         const PluginSearch& search, const Memo& memo,
                                         PluginInspector& inspector) {
  // Before anything else, and each time: permissions are no part of the content.
  if (auto checked = check_is_shared_library(library); !checked) return checked.error();
  if (auto checked = check_nobody_else_can_write(library); !checked) return checked.error();
  auto digest = memo.digest_of_file(library);
  if (!digest) return digest.error();
  if (auto checked = check_policy(search.policy, library, *digest); !checked) {
    return checked.error();
  }
  const auto with_file = [&](Result<PluginDescription> description) {
    if (!description) return description;
    description->library = library;
    if (search.policy.strict) description->trusted_sha256 = *digest;
    return description;
  };
  const std::string key = memo_key(*digest);
  if (const auto remembered = memo.find(memo_kind, key)) {
    if (auto description = description_from_json(*remembered)) return with_file(description);
  }
  const std::string refusal_key = key + '\n' + SHARKREG_VERSION;
  if (!search.recheck) {
    if (const auto refusal = remembered_refusal(memo, refusal_key)) {
      return naming(library, *refusal);
    }
  }
  const auto inspected = inspector.inspect(library);
  if (!inspected) return naming(library, inspected.error());
  if (inspected->description.empty()) {
    const Error& refusal = inspected->refusal;
    if (inspected->broke_the_process) memo.remember(refusal_kind, refusal_key, refusal.message);
    return naming(library, refusal);
  }
  auto description = description_from_json(inspected->description);
  if (description) memo.remember(memo_kind, key, inspected->description);
  return with_file(std::move(description));
}

// Two plugins that offer the same thing: which one ran would depend on the order of a search.
Result<void> check_names(const std::vector<FoundPlugin>& plugins) {
  std::map<std::pair<std::string, std::string>, const FoundPlugin*> owners;
  for (const FoundPlugin& plugin : plugins) {
    if (!plugin.description) continue;
    for (const InterfaceDescription& interface : plugin.description->interfaces) {
      if (!is_known_interface(interface.id)) continue;
      const auto [owner, is_new] = owners.try_emplace({interface.id, interface.name}, &plugin);
      if (is_new) continue;
      return Error{
          ErrorKind::usage,
          fmt::format("two plugins offer the {} \"{}\": {} and {}", noun_of(interface.id),
                      interface.name, owner->second->library.native(), plugin.library.native()),
          "remove one of them from the search path, or rename one of the two"};
    }
  }
  return {};
}

// Refused libraries that go by the name that was asked for.
std::string refused_namesakes(const std::vector<FoundPlugin>& plugins, std::string_view name) {
  for (const FoundPlugin& plugin : plugins) {
    if (!plugin.description && plugin.library.stem() == "lib" + std::string(name)) {
      return "a plugin was found, but refused: " + plugin.refused_because;
    }
  }
  return "`sharkreg plugins` lists what was found, and what was refused and why";
}

}  // namespace

Result<PluginRegistry> PluginRegistry::find(const PluginSearch& search, const Memo& memo,
                                            PluginInspector& inspector,
                                            const HostServices& services,
                                            std::optional<Isolation> isolation) {
  PluginRegistry registry;
  registry.services_ = &services;
  registry.isolation_ = std::move(isolation);
  auto candidates = find_candidates(search);
  if (!candidates) return candidates.error();
  for (Candidate& candidate : *candidates) {
    auto description = description_of(candidate.library, search, memo, inspector);
    if (!description && !candidate.named_as.empty()) return description.error();
    FoundPlugin& found = registry.plugins_.emplace_back();
    found.library = std::move(candidate.library);
    found.named_as = std::move(candidate.named_as);
    if (description) {
      found.description = std::move(*description);
    } else {
      found.refused_because = to_text(description.error());
    }
  }
  if (auto checked = check_names(registry.plugins_); !checked) return checked.error();
  if (auto checked = check_claims(registry.plugins_, services); !checked) return checked.error();
  return registry;
}

std::vector<std::string> PluginRegistry::names(std::string_view interface_id) const {
  std::vector<std::string> result;
  for (const FoundPlugin& plugin : plugins_) {
    if (!plugin.description) continue;
    for (const InterfaceDescription& offered : plugin.description->interfaces) {
      if (offered.id == interface_id) result.push_back(offered.name);
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

PluginRegistry::Offer PluginRegistry::look_up(std::string_view interface_id,
                                              std::string_view name) const {
  for (const FoundPlugin& plugin : plugins_) {
    if (!plugin.description) continue;
    for (const InterfaceDescription& offered : plugin.description->interfaces) {
      if (offered.id == interface_id && offered.name == name) {
        return {&*plugin.description, &offered};
      }
    }
  }
  return {};
}

const PluginDescription* PluginRegistry::plugin_of(std::string_view interface_id,
                                                   std::string_view name) const {
  return look_up(interface_id, name).plugin;
}

const InterfaceDescription* PluginRegistry::interface(std::string_view interface_id,
                                                      std::string_view name) const {
  return look_up(interface_id, name).interface;
}

template <class Instance>
Result<std::unique_ptr<Instance>> PluginRegistry::instance(
    std::string_view interface_id, const std::string& name, const Configuration& configuration,
    MakeProxy<Instance>* make, MakeIsolated<Instance>* make_isolated) const {
  const PluginDescription* plugin = plugin_of(interface_id, name);
  if (plugin == nullptr) {
    return Error{ErrorKind::not_found,
                 fmt::format("there is no {} \"{}\"{}", noun_of(interface_id), name,
                             did_you_mean(name, names(interface_id))),
                 refused_namesakes(plugins_, name)};
  }
  if (isolation_) {
    return make_isolated({plugin->library, plugin->trusted_sha256, plugin->name, name},
                         configuration, *services_, *isolation_);
  }
  auto library = PluginLibrary::load(plugin->library, plugin->trusted_sha256);
  if (!library) return library.error();
  const sr_interface* offered = (*library)->find(interface_id, name);
  if (offered == nullptr) {
    return Error{ErrorKind::infrastructure,
                 fmt::format("{} no longer offers the {} \"{}\"", plugin->library.native(),
                             noun_of(interface_id), name),
                 "it changed while this program ran: start again"};
  }
  return make(std::move(*library), *offered, configuration, *services_);
}

Result<std::unique_ptr<Backend>> PluginRegistry::backend(const std::string& name,
                                                         const Configuration& configuration) const {
  return instance(SR_BACKEND_ID, name, configuration, &make_backend_proxy, &make_isolated_backend);
}

Result<std::unique_ptr<ArtifactFetcher>> PluginRegistry::fetcher(const std::string& name) const {
  return instance(SR_FETCHER_ID, name, {}, &make_fetcher_proxy, &make_isolated_fetcher);
}

Result<std::unique_ptr<Comparator>> PluginRegistry::comparator(const std::string& name) const {
  return instance(SR_COMPARATOR_ID, name, {}, &make_comparator_proxy, &make_isolated_comparator);
}

Result<std::unique_ptr<TunerResolver>> PluginRegistry::tuner(const std::string& name) const {
  return instance(SR_TUNER_ID, name, {}, &make_tuner_proxy, &make_isolated_tuner);
}

std::string PluginRegistry::fetcher_for(std::string_view url) const {
  return choose_fetcher(plugins_, url);
}

}  // namespace sharkreg::core
