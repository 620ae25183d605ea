// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/fetcher_choice.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include "store/artifact_store.h"

namespace sharkreg::core {
namespace {

constexpr std::string_view any_scheme = "*";
constexpr std::string_view below = "*.";  // at the beginning of a host pattern

// URLs know ASCII alone, whatever the locale.
std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

// In lower case, without user and port.
std::string host_of(std::string_view url) {
  std::string_view authority = url.substr(url.find("://") + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  return lower(authority.substr(0, authority.find(':')));
}

bool fits(std::string_view host, std::string_view pattern) {
  if (!pattern.starts_with(below)) return host == pattern;
  pattern.remove_prefix(1);
  return host.size() > pattern.size() && host.ends_with(pattern);
}

using OnClaim = std::function<void(const FoundPlugin&, const InterfaceDescription&)>;

void for_each_fetcher(const std::vector<FoundPlugin>& plugins, const OnClaim& function) {
  for (const FoundPlugin& plugin : plugins) {
    if (!plugin.description) continue;
    for (const InterfaceDescription& interface : plugin.description->interfaces) {
      if (interface.fetcher) function(plugin, interface);
    }
  }
}

// Which URLs a claim is about, for people.
std::vector<std::string> claims_of(const FetcherDescription& fetcher) {
  std::vector<std::string> claims;
  for (const std::string& scheme : fetcher.schemes) {
    claims.push_back(scheme == any_scheme ? "URLs that no other fetcher reads" : scheme + ": URLs");
  }
  for (const std::string& host : fetcher.hosts) claims.push_back("http and https URLs of " + host);
  return claims;
}

// How good a claim is; the least is the best.
using Rank = std::tuple<bool, bool, bool, bool, std::size_t>;

Rank rank_of_host(bool was_named, std::string_view pattern) {
  return {false, !was_named, false, pattern.starts_with(below), ~pattern.size()};
}

Rank rank_of_scheme(bool was_named, std::string_view scheme) {
  return {scheme == any_scheme, !was_named, true, false, 0};
}

}  // namespace

bool is_host_pattern(std::string_view text) {
  if (text.starts_with(below)) text.remove_prefix(below.size());
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

Result<void> check_claims(const std::vector<FoundPlugin>& plugins, const HostServices& services) {
  std::map<std::string, const FoundPlugin*> owners;
  std::optional<Error> error;
  for_each_fetcher(plugins, [&](const FoundPlugin& plugin, const InterfaceDescription& offered) {
    for (const std::string& claim : claims_of(*offered.fetcher)) {
      const auto [owner, is_new] = owners.try_emplace(claim, &plugin);
      if (is_new || error) continue;
      const std::string& first = owner->second->library.native();
      const std::string& second = plugin.library.native();
      // Named ones were found first.
      if (!owner->second->named_as.empty() && plugin.named_as.empty()) {
        services.log(SR_LOG_NOTE, fmt::format("{} are fetched by {}, which was named, not by {}",
                                              claim, first, second));
        continue;
      }
      error = Error{ErrorKind::usage,
                    fmt::format("two plugins fetch {}: {} and {}", claim, first, second),
                    "name the one that is meant with --fetcher-plugin"};
    }
  });
  if (error) return *error;
  return {};
}

std::string choose_fetcher(const std::vector<FoundPlugin>& plugins, std::string_view url) {
  const std::string scheme = lower(scheme_of(url));
  const bool has_host = scheme == "http" || scheme == "https";
  const std::string host = has_host ? host_of(url) : "";
  std::optional<Rank> best;
  std::string name;
  for_each_fetcher(plugins, [&](const FoundPlugin& plugin, const InterfaceDescription& offered) {
    const bool was_named = !plugin.named_as.empty();
    const auto consider = [&](const Rank& rank) {
      if (best && *best <= rank) return;
      best = rank;
      name = offered.name;
    };
    for (const std::string& pattern : offered.fetcher->hosts) {
      if (has_host && fits(host, pattern)) consider(rank_of_host(was_named, pattern));
    }
    for (const std::string& claimed : offered.fetcher->schemes) {
      if (claimed == scheme || claimed == any_scheme) {
        consider(rank_of_scheme(was_named, claimed));
      }
    }
  });
  return name;
}

}  // namespace sharkreg::core
