// SPDX-License-Identifier: Apache-2.0
#include "execute/cache_explanation.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

using Components = std::vector<KeyComponent>;

std::vector<std::string> values_of(const Components& components, std::string_view kind) {
  std::vector<std::string> values;
  for (const KeyComponent& part : components) {
    if (part.kind == kind) values.push_back(part.value);
  }
  return values;
}

// By name; several of one name in their order.
std::map<std::string, std::vector<KeyComponent>> by_name(const Components& components,
                                                         std::string_view kind) {
  std::map<std::string, std::vector<KeyComponent>> result;
  for (const KeyComponent& part : components) {
    if (part.kind == kind) result[part.name].push_back(part);
  }
  return result;
}

bool same_values(const std::vector<KeyComponent>& left, const std::vector<KeyComponent>& right) {
  return std::ranges::equal(left, right, {}, &KeyComponent::value, &KeyComponent::value);
}

// "--x" of "--x=1"; empty for what is no flag.
std::string flag_name(const std::string& argument) {
  return argument.starts_with('-') ? argument.substr(0, argument.find('=')) : std::string();
}

std::string called(const std::string& argument) {
  return argument.starts_with('-') ? "flag" : "argument";
}

// "3.12.0 @ COMMIT" is 3.12.0, unless that does not tell the two apart.
std::string versions(const std::string& before, const std::string& now) {
  const std::string old_number = split(before, ' ').front();
  const std::string new_number = split(now, ' ').front();
  return old_number != new_number ? fmt::format("{} → {}", old_number, new_number)
                                  : fmt::format("{} → {}", before, now);
}

class Comparison {
 public:
  Comparison(const Components& before, const Components& now) : before_(before), now_(now) {}

  std::vector<std::string> changes() {
    if (values_of(before_, "schema") != values_of(now_, "schema")) {
      changes_.push_back("another version of sharkreg made it");
    }
    compare_programs();
    // A new version of a program brings new libraries: that has been said then.
    if (!version_changed_) compare_named("content", "");
    compare_named("plugin option", "option ");
    compare_arguments();
    compare_named("file", "file ");
    compare_named("input", "input ");
    compare_named("environment", "environment ");
    compare_single("host", "host");
    compare_named("device", "device ");
    compare_single("kernel", "kernel");
    compare_set("output");
    compare_set("printed output");
    if (values_of(before_, "plugin action") != values_of(now_, "plugin action")) {
      changes_.push_back("the plugin's action changed");
    }
    return std::move(changes_);
  }

 private:
  void compare_programs() {
    const auto old_programs = by_name(before_, "program");
    const auto new_programs = by_name(now_, "program");
    const bool content_changed = values_of(before_, "content") != values_of(now_, "content");
    for (const auto& [name, parts] : new_programs) {
      const auto old = old_programs.find(name);
      if (old == old_programs.end()) {
        changes_.push_back("the program is " + name + " now");
        continue;
      }
      const KeyComponent& was = old->second.front();
      const KeyComponent& is = parts.front();
      const bool differs = was.value != is.value || content_changed;
      version_changed_ =
          differs && !was.label.empty() && !is.label.empty() && was.label != is.label;
      if (version_changed_) {
        changes_.push_back(name + " changed " + versions(was.label, is.label));
      } else if (was.value != is.value) {
        changes_.push_back(name + " changed");
      }
    }
  }

  void compare_named(std::string_view kind, const std::string& before_name) {
    const auto old_parts = by_name(before_, kind);
    const auto new_parts = by_name(now_, kind);
    for (const auto& [name, parts] : new_parts) {
      const auto old = old_parts.find(name);
      if (old == old_parts.end()) {
        changes_.push_back(before_name + name + " added");
      } else if (!same_values(old->second, parts)) {
        changes_.push_back(before_name + name + " changed");
      }
    }
    for (const auto& [name, parts] : old_parts) {
      if (!new_parts.contains(name)) changes_.push_back(before_name + name + " removed");
    }
  }

  void compare_single(std::string_view kind, const std::string& name) {
    const auto was = values_of(before_, kind);
    const auto is = values_of(now_, kind);
    if (was == is) return;
    if (was.empty() || is.empty()) {
      changes_.push_back(name + (was.empty() ? " counts now" : " does not count any more"));
    } else {
      changes_.push_back(fmt::format("{} changed: {} → {}", name, was.front(), is.front()));
    }
  }

  void compare_set(const std::string& kind) {
    if (values_of(before_, kind) != values_of(now_, kind)) {
      changes_.push_back(kind + "s changed");
    }
  }

  void compare_arguments() {
    const auto was = values_of(before_, "argument");
    const auto is = values_of(now_, "argument");
    if (was == is) return;
    std::multiset<std::string> removed(was.begin(), was.end());
    std::multiset<std::string> added;
    for (const std::string& argument : is) {
      const auto found = removed.find(argument);
      if (found == removed.end()) {
        added.insert(argument);
      } else {
        removed.erase(found);
      }
    }
    if (removed.empty() && added.empty()) changes_.push_back("the order of the arguments changed");
    for (const std::string& argument : added) {
      const std::string name = flag_name(argument);
      const auto replaced = std::ranges::find_if(removed, [&](const std::string& other) {
        return !name.empty() && flag_name(other) == name;
      });
      if (replaced == removed.end()) {
        changes_.push_back(called(argument) + " added: " + argument);
      } else {
        changes_.push_back(fmt::format("flag changed: {} → {}", *replaced, argument));
        removed.erase(replaced);
      }
    }
    for (const std::string& argument : removed) {
      changes_.push_back(called(argument) + " removed: " + argument);
    }
  }

  const Components& before_;
  const Components& now_;
  std::vector<std::string> changes_;
  bool version_changed_ = false;
};

}  // namespace

std::vector<std::string> changes_between(const Components& before, const Components& now) {
  return Comparison(before, now).changes();
}

std::vector<std::string> changes_since_nearest(const std::vector<CachedResult>& earlier,
                                               const Components& now) {
  std::optional<std::vector<std::string>> nearest;
  for (const CachedResult& result : earlier) {
    auto changes = changes_between(result.components, now);
    if (!nearest || changes.size() < nearest->size()) nearest = std::move(changes);
  }
  return nearest.value_or(std::vector<std::string>());
}

}  // namespace sharkreg::core
