// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "cli/installation.h"
#include "cli/options.h"
#include "cli/services.h"
#include "plan/backend_choice.h"
#include "plan/planner.h"
#include "plugin_host/registry.h"
#include "store/artifact_store.h"
#include "store/memo.h"
#include "suite/suite.h"

namespace sharkreg::core {

// The options that name plugins.
inline constexpr const char* plugin_options[] = {"backend-plugin", "fetcher-plugin",
                                                 "comparator-plugin", "tuner-plugin"};

// Where this run reads and writes. All absolute.
struct Places {
  std::filesystem::path tests_dir;
  std::filesystem::path cache_dir;
  std::filesystem::path artifacts_dir;
  std::filesystem::path output_dir;
  std::filesystem::path lock_file;  // need not exist, unless it was named
};

// What every subcommand starts from: the settings, and the plugins that were found.
//
// Ownership: owns all; what is made from it must not outlive it. Not movable: parts refer to each
// other.
class Context {
 public:
  // Finds plugins and reads all options. `extra` are those of the subcommand alone.
  static Result<std::unique_ptr<Context>> create(CommandLine line, std::vector<OptionSpec> extra);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const CommandLine& line() const { return line_; }
  const Installation& installation() const { return installation_; }
  const OptionReader& options() const { return *options_; }
  const Settings& settings() const { return settings_; }
  const std::vector<std::string>& positional() const { return positional_; }
  const Places& places() const { return places_; }
  const PluginRegistry& registry() const { return *registry_; }
  const Clock& clock() const { return clock_; }

  // Remarks of plugins and of the search for them, for the log of the run.
  std::vector<std::string> take_notes();

  // Names whose fields are known in model files: found backends and those kept for compatibility.
  // They carry the lock file that is in force; an error if that cannot be read.
  Result<LoadOptions> load_options() const;
  LoadOptions load_options_without_lock() const;

  // The model files that --model and --submodel select.
  Result<std::vector<CaseFile>> select() const;

  // Makes the backends that take part and probes them. With `probe_devices` false no device is
  // looked for and every run is planned.
  Result<std::vector<ChosenBackend>> choose_backends(bool probe_devices);

  // The SKU to use; for "auto" that of the first device that tells.
  std::string sku(const std::vector<ChosenBackend>& backends);

  Result<std::unique_ptr<TunerResolver>> tuner_resolver() const;
  // What runs and fetches put where; `adjust` changes what the options say.
  Result<std::unique_ptr<ArtifactStore>> artifact_store(
      const std::function<void(StoreSettings&)>& adjust = {}) const;

  // Options for the planner; logs and results go below run_dir.
  Result<PlanOptions> plan_options(const std::string& sku,
                                   const std::filesystem::path& run_dir) const;

 private:
  Context() = default;
  void note(std::string text);
  Result<void> read_settings(std::vector<OptionSpec> extra);
  Result<std::vector<std::string>> backend_names(bool& named) const;
  void note_options_of_others(const std::vector<std::string>& chosen);
  std::vector<std::string> tool_directories() const;

  CommandLine line_;
  Installation installation_;
  SystemClock clock_;
  Places places_;
  std::unique_ptr<Memo> memo_;
  std::mutex notes_mutex_;  // guards notes_: plugins log on any thread
  std::vector<std::string> notes_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<OptionReader> options_;
  std::unique_ptr<PluginRegistry> registry_;
  Settings settings_;
  std::vector<std::string> positional_;
};

}  // namespace sharkreg::core
