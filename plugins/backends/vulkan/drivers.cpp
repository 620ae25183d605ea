// SPDX-License-Identifier: Apache-2.0
#include "vulkan/drivers.h"

#include <algorithm>
#include <fnmatch.h>

#include "iree/text.h"

namespace sharkreg::vulkan {
namespace {

namespace fs = std::filesystem;

// A manifest has a few hundred bytes.
constexpr std::size_t manifest_limit = 65536;

// The value of "library_path". JSON needs no more here, since a manifest has one such member, and
// of all escapes only these are of use in a path.
std::string library_in(const std::string& manifest_text) {
  constexpr std::string_view member = "\"library_path\"";
  const std::size_t name = manifest_text.find(member);
  if (name == std::string::npos) return {};
  std::size_t at = manifest_text.find('"', name + member.size());
  std::string library;
  while (at != std::string::npos && ++at < manifest_text.size()) {
    if (manifest_text[at] == '"') return library;
    if (manifest_text[at] == '\\' && ++at == manifest_text.size()) break;
    library += manifest_text[at];
  }
  return {};
}

// Whether one of the patterns, separated by commas, is that of the manifest's name.
bool is_among(const std::string& patterns, const fs::path& manifest) {
  const std::string name = manifest.filename();
  return std::ranges::any_of(iree::split(patterns, ','), [&](const std::string& pattern) {
    return ::fnmatch(std::string(iree::trimmed(pattern)).c_str(), name.c_str(), FNM_CASEFOLD) == 0;
  });
}

// What the user lets the loader take of all that was found.
void choose_drivers(const Host& host, Drivers& drivers) {
  const auto leave_out = [&](const char* variable, bool matching) {
    const auto patterns = host.environment(variable);
    if (!patterns || patterns->empty()) return;
    std::erase_if(drivers.found, [&](const Driver& driver) {
      if (is_among(*patterns, driver.manifest) != matching) return false;
      drivers.looked_for.push_back(driver.manifest + " is left out by " + variable);
      return true;
    });
  };
  leave_out("VK_LOADER_DRIVERS_SELECT", false);
  leave_out("VK_LOADER_DRIVERS_DISABLE", true);
}

void add_manifest(const fs::path& path, Drivers& drivers) {
  const std::string library = library_in(iree::read_text(path, manifest_limit));
  if (library.empty()) {
    drivers.looked_for.push_back(path.native() + " is not there, or names no library_path");
    return;
  }
  // A path is relative to the manifest; a plain name is searched for by the dynamic linker.
  const bool is_name = library.find('/') == std::string::npos;
  const fs::path file = path.parent_path() / library;
  std::error_code ignored;
  if (!is_name && !fs::exists(file, ignored)) {
    drivers.looked_for.push_back(path.native() + " names " + library + ", which is not there");
    return;
  }
  const auto same = [&](const Driver& driver) { return driver.manifest == path.native(); };
  if (std::ranges::any_of(drivers.found, same)) return;
  drivers.found.push_back({path.native(), is_name ? std::string() : file.native()});
}

// A file, or all manifests of a directory by name.
void add_path(const fs::path& path, Drivers& drivers, bool must_exist) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (must_exist) add_manifest(path, drivers);
    return;
  }
  std::vector<fs::path> manifests;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".json") manifests.push_back(at->path());
  }
  std::ranges::sort(manifests);
  for (const fs::path& manifest : manifests) add_manifest(manifest, drivers);
}

// The paths in a variable that separates them by colons; false if it is not set.
bool add_variable(const Host& host, const std::string& name, Drivers& drivers) {
  const auto value = host.environment(name);
  if (!value || value->empty()) return false;
  for (const std::string& path : iree::split(*value, ':')) {
    if (!path.empty()) add_path(path, drivers, true);
  }
  return true;
}

// Configuration before data, the user's before the system's.
std::vector<fs::path> standard_directories(const Host& host, const fs::path& root) {
  std::vector<fs::path> bases;
  const auto home = host.environment("HOME").value_or("");
  const auto add = [&](const char* variable, const std::vector<fs::path>& otherwise) {
    const auto value = host.environment(variable).value_or("");
    if (value.empty()) bases.insert(bases.end(), otherwise.begin(), otherwise.end());
    for (const std::string& path : iree::split(value, ':')) {
      if (!path.empty()) bases.emplace_back(path);
    }
  };
  const auto of_home = [&](const char* path) {
    return home.empty() ? std::vector<fs::path>{} : std::vector<fs::path>{fs::path(home) / path};
  };
  add("XDG_CONFIG_HOME", of_home(".config"));
  add("XDG_CONFIG_DIRS", {root / "etc/xdg"});
  bases.push_back(root / "etc");
  add("XDG_DATA_HOME", of_home(".local/share"));
  add("XDG_DATA_DIRS", {root / "usr/local/share", root / "usr/share"});
  for (fs::path& base : bases) base /= "vulkan/icd.d";
  return bases;
}

}  // namespace

const std::vector<std::string> driver_variables{"VK_DRIVER_FILES", "VK_ICD_FILENAMES",
                                                "VK_ADD_DRIVER_FILES", "VK_LOADER_DRIVERS_SELECT",
                                                "VK_LOADER_DRIVERS_DISABLE"};

Drivers find_drivers(const Host& host, const fs::path& root) {
  Drivers drivers;
  if (!add_variable(host, "VK_DRIVER_FILES", drivers) &&
      !add_variable(host, "VK_ICD_FILENAMES", drivers)) {
    add_variable(host, "VK_ADD_DRIVER_FILES", drivers);
    std::string directories;
    for (const fs::path& directory : standard_directories(host, root)) {
      add_path(directory, drivers, false);
      directories += (directories.empty() ? "" : ", ") + directory.native();
    }
    if (drivers.found.empty()) {
      drivers.looked_for.push_back("no Vulkan driver is announced in " + directories);
    }
  }
  choose_drivers(host, drivers);
  if (!drivers.found.empty()) drivers.looked_for.clear();
  return drivers;
}

}  // namespace sharkreg::vulkan
