// SPDX-License-Identifier: Apache-2.0
#include "execute/cache_key.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

// Whoever changes what is in a key changes this: then nothing of before is taken for it.
constexpr const char* schema = "sharkreg action 1";

Error uncacheable(std::string reason) {
  return {ErrorKind::invalid, std::move(reason), {}};
}

class KeyBuilder {
 public:
  KeyBuilder(const PlannedAction& planned, const StagedAction& staged,
             const CacheSurroundings& surroundings)
      : planned_(planned), action_(planned.action), staged_(staged), surroundings_(surroundings) {}

  Result<CacheKey> build(const std::map<std::string, std::string>& names,
                         const std::vector<Device>& devices) {
    add("schema", "", schema);
    for (const auto& part : {&KeyBuilder::add_program, &KeyBuilder::add_content}) {
      if (auto added = (this->*part)(); !added) return added.error();
    }
    if (auto added = add_arguments(names); !added) return added.error();
    if (auto added = add_inputs(); !added) return added.error();
    add_environment();
    if (!action_.host_independent) add("host", "", surroundings_.host);
    add_devices(devices);
    for (const ActionOutput& output : action_.outputs) {
      const bool is_printed = output.id == action_.standard_output;
      add(is_printed ? "printed output" : "output", "", output.file_name);
    }
    key_.digest = digest();
    return std::move(key_);
  }

 private:
  void add(std::string kind, std::string name, std::string value, std::string label = {}) {
    key_.components.push_back(
        {std::move(kind), std::move(name), std::move(value), std::move(label)});
  }

  Result<void> add_file(const char* kind, const std::string& name, const fs::path& file,
                        std::string label = {}) {
    const auto identity = identity_of(file);
    auto digest = surroundings_.digest_of(file);
    if (!digest) return digest.error();
    if (identity) key_.files.emplace_back(file, *identity);
    add(kind, name, std::move(*digest), std::move(label));
    return {};
  }

  Result<void> add_program() {
    if (!action_.in_process) {
      const auto version = surroundings_.tool_versions.find(action_.program);
      return add_file("program", fs::path(action_.program).filename(), action_.program,
                      version == surroundings_.tool_versions.end() ? "" : version->second);
    }
    add("plugin action", "", action_.name);
    for (const auto& [option, value] : planned_.configuration.options) {
      add("plugin option", option, value);
    }
    return add_file("program", planned_.plugin_library.filename(), planned_.plugin_library);
  }

  // Sorted: in what order a backend lists them does not matter.
  Result<void> add_content() {
    std::set<fs::path> files(action_.content_files.begin(), action_.content_files.end());
    files.insert(surroundings_.system_files.begin(), surroundings_.system_files.end());
    if (!action_.in_process) files.erase(action_.program);
    std::vector<KeyComponent> before = std::exchange(key_.components, {});
    for (const fs::path& file : files) {
      if (auto added = add_file("content", file.filename(), file); !added) return added;
    }
    std::ranges::sort(key_.components, {},
                      [](const KeyComponent& part) { return std::pair(part.name, part.value); });
    key_.components.insert(key_.components.begin(), before.begin(), before.end());
    return {};
  }

  Result<void> add_arguments(const std::map<std::string, std::string>& names) {
    for (const Argument& argument : action_.arguments) {
      for (const ArgumentPart& part : argument.parts) {
        if (part.kind != ArgumentPart::Kind::text) continue;
        if (auto fine = consider(part.value); !fine) return fine;
      }
    }
    for (const std::string& argument : bind_arguments(planned_, names)) {
      add("argument", "", without_paths(argument));
    }
    return {};
  }

  // Where in an argument an absolute path may begin: at its own beginning and behind "=", "@", ",".
  static std::vector<std::size_t> path_beginnings(std::string_view text) {
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] != '/') continue;
      if (at == 0 || std::string_view("=@,").find(text[at - 1]) != std::string_view::npos) {
        places.push_back(at);
      }
    }
    return places;
  }

  // The path that begins there: up to the end or, as in a list, the next comma.
  static std::optional<std::string> file_at(std::string_view text, std::size_t at) {
    for (const std::string_view rest :
         {text.substr(at), text.substr(at, text.find(',', at) - at)}) {
      std::error_code error;
      if (fs::is_regular_file(rest, error)) return std::string(rest);
    }
    return std::nullopt;
  }

  // Files that an argument names count by their content; what else it names cannot be cached.
  Result<void> consider(const std::string& text) {
    if (text.find("../") != std::string::npos) {
      return uncacheable(text + " leads out of the directory of the action");
    }
    for (const std::size_t at : path_beginnings(text)) {
      const auto file = file_at(text, at);
      if (!file) {
        if (text.substr(at) == "/dev/null") continue;
        return uncacheable(text + " names by its absolute path what is no file, or not yet");
      }
      const std::string name = fs::path(*file).filename();
      if (auto added = add_file("file", name, *file); !added) return added;
    }
    return {};
  }

  std::string without_paths(std::string text) const {
    const auto places = path_beginnings(text);
    for (auto at = places.rbegin(); at != places.rend(); ++at) {
      const auto file = file_at(text, *at);
      if (!file) continue;
      text.replace(*at, file->size(), "{" + fs::path(*file).filename().string() + "}");
    }
    return text;
  }

  Result<void> add_inputs() {
    for (const auto& [name, path] : staged_.names) {
      std::error_code error;
      const fs::path file = fs::canonical(path, error);
      if (auto added = add_file("input", name, error ? fs::path(path) : file); !added) return added;
    }
    return {};
  }

  // Values may be secrets, so their digests stand for them.
  void add_environment() {
    std::map<std::string, std::string> variables(staged_.request.environment.begin(),
                                                 staged_.request.environment.end());
    for (const auto& [name, value] : variables) add("environment", name, sha256_of(value));
  }

  // Two devices of one kind are not said to give the same, nor one with another driver.
  void add_devices(const std::vector<Device>& devices) {
    for (const Device& device : devices) {
      add("device", device.id, fmt::format("{}, {}, {}", device.name, device.target, device.sku));
    }
    if (!devices.empty()) add("kernel", "", surroundings_.kernel);
  }

  // Each text with its length, so that no two lists of components give the same digest.
  std::string digest() const {
    Sha256 digest;
    for (const KeyComponent& part : key_.components) {
      for (const std::string& text : {part.kind, part.name, part.value}) {
        digest.add(std::to_string(text.size())).add(":").add(text);
      }
    }
    return digest.finish();
  }

  const PlannedAction& planned_;
  const Action& action_;
  const StagedAction& staged_;
  const CacheSurroundings& surroundings_;
  CacheKey key_;
};

}  // namespace

Result<CacheKey> cache_key(const CasePlan& plan, std::size_t action, const StagedAction& staged,
                           const std::vector<Device>& devices,
                           const CacheSurroundings& surroundings) {
  const PlannedAction& planned = plan.actions.at(action);
  return KeyBuilder(planned, staged, surroundings).build(names_of_inputs(plan, planned), devices);
}

std::string cache_slot(const CasePlan& plan, std::size_t action) {
  const PlannedAction& planned = plan.actions.at(action);
  return fmt::format("{}\n{}\n{}", plan.name(), plan.steps.at(planned.step).name,
                     planned.action.name);
}

}  // namespace sharkreg::core
