// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "plugin_host/host_services.h"
#include "plugin_host/library.h"

namespace sharkreg::core {

// The file of a plugin in fixtures/.
inline std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(SHARKREG_FIXTURES) / name / ("lib" + name + ".so");
}

inline std::shared_ptr<const PluginLibrary> load_fixture(const std::string& name) {
  auto library = PluginLibrary::load(fixture(name));
  if (!library) throw std::runtime_error(to_text(library.error()));
  return *library;
}

// A directory that nobody else can write, gone with this object.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string path = (std::filesystem::temp_directory_path() / "sharkreg-XXXXXX").native();
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("no scratch directory");
    path_ = std::filesystem::canonical(path);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  // A copy of a fixture in this directory.
  std::filesystem::path copy_of(const std::string& name) const {
    const auto target = path_ / ("lib" + name + ".so");
    std::filesystem::copy_file(fixture(name), target);
    return target;
  }

 private:
  std::filesystem::path path_;
};

// Host services that keep what was said, and answer from tables.
class FakeServices final : public HostServices {
 public:
  std::map<std::string, std::string> variables;
  bool tools_fail = false;
  mutable std::vector<std::pair<sr_log_level, std::string>> logged;
  mutable std::vector<std::string> asked;  // arguments and content files of the last question
  mutable std::chrono::milliseconds limit{0};

  void log(sr_log_level level, std::string_view text) const override {
    logged.emplace_back(level, text);
  }

  std::optional<std::string> environment(const std::string& name) const override {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  }

  ToolAnswer ask_tool(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& content_files,
                      std::chrono::milliseconds most) const override {
    if (tools_fail) throw Failure(Failure::Kind::failed, "the tool took too long");
    asked = arguments;
    asked.insert(asked.end(), content_files.begin(), content_files.end());
    limit = most;
    return {3, "out ", "err "};
  }
};

}  // namespace sharkreg::core
