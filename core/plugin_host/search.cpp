// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/search.h"

#include <algorithm>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

std::string listed(const std::vector<fs::path>& directories) {
  std::vector<std::string> texts;
  for (const fs::path& directory : directories) texts.push_back(directory.native());
  return texts.empty() ? "no directory" : join(texts, ", ");
}

// Libraries of a directory, by name, so that their order does not depend on the file system.
std::vector<fs::path> libraries_in(const fs::path& directory) {
  std::vector<fs::path> result;
  std::error_code trouble;
  for (fs::directory_iterator entry(directory, trouble), end; !trouble && entry != end;
       entry.increment(trouble)) {
    if (entry->path().extension() == ".so") result.push_back(entry->path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

Result<fs::path> locate(const std::string& name, const std::vector<fs::path>& directories) {
  if (name.find('/') != std::string::npos) {
    const fs::path path = fs::absolute(name).lexically_normal();
    if (is_there(path)) return path;
    return Error{ErrorKind::not_found, fmt::format("there is no plugin file {}", path.native()),
                 ""};
  }
  for (const fs::path& directory : directories) {
    if (!name.empty() && is_there(directory / name)) return directory / name;
  }
  std::vector<std::string> there;
  for (const fs::path& directory : directories) {
    for (const fs::path& library : libraries_in(directory)) there.push_back(library.filename());
  }
  return Error{ErrorKind::not_found,
               fmt::format("there is no plugin file \"{}\" in {}{}", name, listed(directories),
                           did_you_mean(name, there)),
               is_there(name)
                   ? fmt::format("for the file in the current directory write ./{}", name)
                   : "name a path, or add the plugin's directory to SHARKREG_PLUGIN_PATH"};
}

}  // namespace

Result<std::vector<Candidate>> find_candidates(const PluginSearch& search) {
  std::vector<Candidate> result;
  std::set<fs::path> seen;
  const auto add = [&](fs::path library, const std::string& named_as) {
    std::error_code ignored;
    const fs::path real = fs::weakly_canonical(library, ignored);
    if (seen.insert(real.empty() ? library : real).second) {
      result.push_back({std::move(library), named_as});
    }
  };
  for (const std::string& name : search.named) {
    auto located = locate(name, search.directories);
    if (!located) return located.error();
    add(std::move(*located), name);
  }
  for (const fs::path& directory : search.directories) {
    for (fs::path& library : libraries_in(directory)) add(std::move(library), {});
  }
  return result;
}

}  // namespace sharkreg::core
