// SPDX-License-Identifier: Apache-2.0
#include "cli/context.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/compatibility.h"
#include "cli/content_identity.h"
#include "cli/limit_settings.h"
#include "cli/option_table.h"
#include "cli/places.h"
#include "cli/store_settings.h"
#include "plugin_host/one_at_a_time.h"

namespace sharkreg::core {
namespace {

std::map<std::string, std::string> whole_environment() {
  std::map<std::string, std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (const std::size_t equals = text.find('='); equals != std::string::npos) {
      result[text.substr(0, equals)] = text.substr(equals + 1);
    }
  }
  return result;
}

Result<PluginPolicy> plugin_policy(const Settings& settings) {
  const std::string list = settings.text("trusted-plugins");
  if (settings.text("plugin-policy") != "strict") {
    if (list.empty()) return PluginPolicy{};
    return Error{ErrorKind::usage, "--trusted-plugins has no effect with --plugin-policy=owner",
                 "add --plugin-policy=strict, or leave it out"};
  }
  if (list.empty()) {
    return Error{
        ErrorKind::usage, "--plugin-policy=strict needs to know which plugins are trusted",
        "name the list with --trusted-plugins=FILE; `sharkreg plugins --digests` makes one"};
  }
  return read_strict_policy(std::filesystem::absolute(list));
}

PluginSearch plugin_search(const Settings& settings, const Installation& installation) {
  PluginSearch search;
  for (const char* option : plugin_options) {
    for (const std::string& named : settings.texts(option)) search.named.push_back(named);
  }
  for (const std::string& directory : split(settings.text("plugin-path"), ':')) {
    if (!directory.empty()) search.directories.push_back(std::filesystem::absolute(directory));
  }
  search.directories.push_back(installation.plugins);
  return search;
}

// "acme:--flag" is for acme; "--flag" for all.
Result<std::map<std::string, std::vector<std::string>>> extra_arguments(
    const Settings& settings, const std::string& option, const std::vector<std::string>& backends) {
  std::map<std::string, std::vector<std::string>> result;
  for (const std::string& value : settings.texts(option)) {
    const std::size_t colon = value.find(':');
    const std::string prefix = colon == std::string::npos ? "" : value.substr(0, colon);
    const bool named = !prefix.empty() && !prefix.starts_with('-') &&
                       std::ranges::all_of(prefix, [](unsigned char c) {
                         return std::islower(c) != 0 || std::isdigit(c) != 0;
                       });
    if (!named) {
      result[""].push_back(value);
    } else if (std::ranges::find(backends, prefix) == backends.end()) {
      return Error{ErrorKind::usage,
                   fmt::format("--{}={}: there is no backend {}{}", option, value, prefix,
                               did_you_mean(prefix, backends)),
                   {}};
    } else {
      result[prefix].push_back(value.substr(colon + 1));
    }
  }
  return result;
}

// A directory that was named is meant: with a mistyped one, tools of another place would be used.
Result<void> check_tools_directory(const Settings& settings) {
  const std::string directory = settings.text("tools-dir");
  std::error_code error;
  if (directory.empty() || std::filesystem::is_directory(directory, error)) return {};
  const bool exists = std::filesystem::exists(directory, error);
  return Error{ErrorKind::usage,
               fmt::format("{} is \"{}\": {}", settings.all.at("tools-dir").place, directory,
                           exists ? "that is no directory" : "there is no such directory"),
               "name the directory that holds the compiler and the runtime"};
}

}  // namespace

Result<std::unique_ptr<Context>> Context::create(CommandLine line, std::vector<OptionSpec> extra) {
  std::unique_ptr<Context> context(new Context);
  context->line_ = std::move(line);
  context->installation_ = Installation::of_this_program();
  if (auto done = context->read_settings(std::move(extra)); !done) return done.error();
  return context;
}

Result<void> Context::read_settings(std::vector<OptionSpec> extra) {
  std::vector<OptionSpec> specs = own_options();
  specs.insert(specs.end(), extra.begin(), extra.end());
  options_ = std::make_unique<OptionReader>(std::move(specs), whole_environment());
  const Result<Settings> early = options_->read_early(line_.arguments);
  if (!early) return early.error();

  // What plugins said of themselves is remembered even where --cache-dir names another place.
  memo_ = std::make_unique<Memo>(cache_directory("") / "memo");
  services_ = std::make_unique<Services>(installation_.supervisor, *memo_,
                                         [this](sr_log_level level, std::string_view text) {
                                           if (level >= SR_LOG_NOTE) note(std::string(text));
                                         });
  WorkerInspector inspector(installation_.supervisor, installation_.worker);
  PluginSearch search = plugin_search(*early, installation_);
  Result<PluginPolicy> policy = plugin_policy(*early);
  if (!policy) return policy.error();
  search.policy = std::move(*policy);
  search.recheck = early->is_true("recheck");
  std::optional<Isolation> isolation;
  if (early->text("isolate") == "all") isolation = Isolation{.worker = installation_.worker};
  Result<PluginRegistry> registry =
      PluginRegistry::find(search, *memo_, inspector, *services_, std::move(isolation));
  if (!registry) return registry.error();
  registry_ = std::make_unique<PluginRegistry>(std::move(*registry));

  for (const std::string& name : registry_->names(SR_BACKEND_ID)) {
    const InterfaceDescription* backend = registry_->interface(SR_BACKEND_ID, name);
    const PluginDescription* plugin = registry_->plugin_of(SR_BACKEND_ID, name);
    if (auto added = options_->add(backend->backend->options, name, plugin->library); !added) {
      return added;
    }
  }
  Result<Settings> settings =
      options_->read(line_.arguments, tests_directory(*early, installation_), positional_);
  if (!settings) return settings.error();
  settings_ = std::move(*settings);
  places_ = places_of(settings_, installation_);
  for (std::string& remark : options_->notes_on_variables()) note(std::move(remark));
  return {};
}

void Context::note(std::string text) {
  const std::scoped_lock lock(notes_mutex_);
  notes_.push_back(std::move(text));
}

std::vector<std::string> Context::take_notes() {
  const std::scoped_lock lock(notes_mutex_);
  return std::exchange(notes_, {});
}

Result<LoadOptions> Context::load_options() const {
  LoadOptions options = load_options_without_lock();
  std::error_code ignored;
  const auto status = std::filesystem::symlink_status(places_.lock_file, ignored);
  if (!settings_.given("lock") && !std::filesystem::exists(status)) return options;
  auto lock = LockFile::read(places_.lock_file);
  if (!lock) return lock.error();
  options.lock = std::make_shared<const LockFile>(std::move(*lock));
  return options;
}

LoadOptions Context::load_options_without_lock() const {
  LoadOptions options;
  options.allow_unknown_fields = settings_.is_true("allow-unknown-fields");
  for (const std::string_view name : compatibility::default_backends) {
    options.known_backends.emplace(name);
  }
  for (const std::string& name : registry_->names(SR_BACKEND_ID)) {
    options.known_backends.insert(name);
  }
  return options;
}

Result<std::vector<CaseFile>> Context::select() const {
  const Result<Suite> suite = Suite::open(places_.tests_dir);
  if (!suite) return suite.error();
  return suite->select(settings_.list("model"), settings_.list("submodel"));
}

// The backends that were asked for; `named` says whether they were, or are those by default.
Result<std::vector<std::string>> Context::backend_names(bool& named) const {
  const std::vector<std::string> all = registry_->names(SR_BACKEND_ID);
  named = true;
  if (std::vector<std::string> asked = settings_.list("backend"); !asked.empty()) {
    for (const std::string& name : asked) {
      if (std::ranges::find(all, name) != all.end()) continue;
      // Which says why, if it was found but refused.
      return registry_->backend(name, {}).error();
    }
    return asked;
  }
  std::vector<std::string> names;
  if (!settings_.texts("backend-plugin").empty()) {
    for (const FoundPlugin& plugin : registry_->plugins()) {
      if (plugin.named_as.empty() || !plugin.description) continue;
      for (const InterfaceDescription& interface : plugin.description->interfaces) {
        if (interface.id == SR_BACKEND_ID) names.push_back(interface.name);
      }
    }
    if (names.empty()) {
      return Error{ErrorKind::usage, settings_.text("backend-plugin") + " has no backend in it",
                   "`sharkreg plugins` shows what it has"};
    }
    return names;
  }
  named = false;
  for (const std::string_view name : compatibility::default_backends) {
    if (std::ranges::find(all, name) != all.end()) names.emplace_back(name);
  }
  if (names.empty()) {
    return Error{ErrorKind::infrastructure,
                 fmt::format("none of the default backends ({}) was found",
                             fmt::join(compatibility::default_backends, ", ")),
                 "`sharkreg plugins` lists what was found, and what was refused and why"};
  }
  return names;
}

// An option of a backend that takes no part is accepted, so that one command line fits all; but it
// may be a mistake.
void Context::note_options_of_others(const std::vector<std::string>& chosen) {
  const auto declares = [&](const std::string& backend, const std::string& option) {
    const auto& options = registry_->interface(SR_BACKEND_ID, backend)->backend->options;
    return std::ranges::find(options, option, &OptionDeclaration::name) != options.end();
  };
  for (const std::string& backend : registry_->names(SR_BACKEND_ID)) {
    if (std::ranges::find(chosen, backend) != chosen.end()) continue;
    for (const auto& [option, setting] : settings_.all) {
      if (setting.origin != Origin::command_line || !declares(backend, option)) continue;
      if (std::ranges::any_of(chosen, [&](const auto& name) { return declares(name, option); })) {
        continue;
      }
      note(fmt::format("--{} changes nothing: the backend {} takes no part", option, backend));
    }
  }
}

std::vector<std::string> Context::tool_directories() const {
  std::vector<std::string> directories;
  const auto add = [&](const std::string& directory) {
    if (directory.empty()) return;
    std::string absolute = std::filesystem::absolute(directory);
    if (std::ranges::find(directories, absolute) == directories.end()) {
      directories.push_back(std::move(absolute));
    }
  };
  const std::string named = settings_.text("tools-dir");
  add(named);
  if (const char* variable = std::getenv(compatibility::tools_variable)) add(variable);
  if (const char* path = std::getenv("PATH")) {
    for (const std::string& directory : split(path, ':')) add(directory);
  }
  add(installation_.tools);
  return directories;
}

Result<std::vector<ChosenBackend>> Context::choose_backends(bool probe_devices) {
  if (auto fine = check_tools_directory(settings_); !fine) return fine.error();
  bool named = false;
  const Result<std::vector<std::string>> names = backend_names(named);
  if (!names) return names.error();
  note_options_of_others(*names);
  const std::vector<std::string> required = settings_.list("require");
  for (const std::string& name : required) {
    if (std::ranges::find(*names, name) != names->end()) continue;
    return Error{ErrorKind::usage, fmt::format("--require={}: that backend takes no part", name),
                 "name it by --backend as well"};
  }
  std::vector<ChosenBackend> chosen;
  for (const std::string& name : *names) {
    ChosenBackend backend;
    backend.name = name;
    const PluginDescription* plugin = registry_->plugin_of(SR_BACKEND_ID, name);
    backend.library = plugin->library;
    backend.library_trusted_sha256 = plugin->trusted_sha256;
    backend.version = plugin->version;
    backend.description = *registry_->interface(SR_BACKEND_ID, name)->backend;
    backend.configuration.tool_directories = tool_directories();
    for (const OptionDeclaration& option : backend.description.options) {
      backend.configuration.options[option.name] = join(settings_.texts(option.name), "\n");
    }
    auto instance = registry_->backend(name, backend.configuration);
    if (!instance) return instance.error();
    backend.backend = one_at_a_time(std::move(*instance));  // plans and judges
    backend.devices_probed = probe_devices;
    backend.required = named || std::ranges::find(required, name) != required.end();
    try {
      backend.probe = backend.backend->probe({probe_devices});
    } catch (const Failure& failure) {
      return Error{ErrorKind::infrastructure, failure.what(), failure.hint()};
    }
    choose_targets(backend);
    for (const std::string& remark : backend.probe.notes) note(name + ": " + remark);
    chosen.push_back(std::move(backend));
  }
  return chosen;
}

// By a worker, since a device that is not well may hold for ever whoever looks at it.
std::string Context::trouble_of(const ChosenBackend& backend, const Device& device) const {
  constexpr std::chrono::seconds limit{30};
  const PluginDescription* plugin = registry_->plugin_of(SR_BACKEND_ID, backend.name);
  Isolation isolation{.worker = installation_.worker};
  isolation.thinking_limit = isolation.working_limit = limit;
  auto instance = make_isolated_backend(
      {backend.library, backend.library_trusted_sha256, plugin->name, backend.name},
      backend.configuration, *services_, isolation);
  if (!instance) return instance.error().message;
  try {
    const Probe probe = (*instance)->probe({true});
    const auto found = std::ranges::find(probe.devices, device.id, &Device::id);
    if (found == probe.devices.end()) return "it is not there any more";
    if (found->usable) return {};
    return found->unusable_because.empty() ? "it cannot be used any more" : found->unusable_because;
  } catch (const Failure& failure) {
    return failure.what();
  }
}

std::string Context::sku(const std::vector<ChosenBackend>& backends) {
  std::string sku = settings_.text("sku");
  if (sku == "auto") {
    sku.clear();
    for (const ChosenBackend& backend : backends) {
      for (const Device& device : backend.probe.devices) {
        if (sku.empty() && device.usable) sku = device.sku;
      }
    }
    note(sku.empty() ? "--sku=auto: no device tells its SKU; none is assumed"
                     : "--sku=auto: " + sku);
  }
  for (const ChosenBackend& backend : backends) {
    for (std::string& remark : mismatch_notes(backend, sku)) note(std::move(remark));
  }
  return sku;
}

Result<std::unique_ptr<TunerResolver>> Context::tuner_resolver() const {
  return registry_->tuner(settings_.text("tuner-resolver"));
}

Result<std::unique_ptr<ArtifactStore>> Context::artifact_store(
    const std::function<void(StoreSettings&)>& adjust) const {
  auto settings = store_settings(settings_, places_.cache_dir);
  if (!settings) return settings.error();
  // Fetchers are told by the variable, here and in workers.
  if (settings_.given("cacert")) {
    ::setenv("SHARKREG_CACERT", std::filesystem::absolute(settings_.text("cacert")).c_str(), 1);
  }
  if (adjust) adjust(*settings);
  const auto make = [this](std::string_view location) -> Result<std::unique_ptr<ArtifactFetcher>> {
    const std::string name = registry_->fetcher_for(location);
    if (name.empty()) {
      return Error{ErrorKind::infrastructure,
                   fmt::format("no fetcher for {}:// was found", scheme_of(location)),
                   "a plugin that reads it can be named by --fetcher-plugin; `sharkreg "
                   "plugins` lists what there is"};
    }
    return registry_->fetcher(name);
  };
  return std::make_unique<ArtifactStore>(std::move(*settings), make, clock_);
}

Result<PlanOptions> Context::plan_options(const std::string& sku,
                                          const std::filesystem::path& run_dir) const {
  PlanOptions options;
  options.artifacts_dir = places_.artifacts_dir;
  options.output_dir = places_.output_dir;
  options.run_dir = run_dir;
  options.sku = sku;
  const double seconds = settings_.number("timeout");
  if (!(seconds > 0) || seconds > 1e8) {
    return Error{ErrorKind::usage,
                 fmt::format("{} is {}; expected a number of seconds above 0, at most 1e8",
                             settings_.all.at("timeout").place, settings_.text("timeout")),
                 {}};
  }
  // Rounded up: 0 would be no limit at all.
  options.time_limit =
      std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1000.0)));
  auto limits = limit_settings(settings_);
  if (!limits) return limits.error();
  options.limits = std::move(*limits);
  const std::string compat = settings_.text("flag-compat");
  options.flag_compatibility = compat == "drop"     ? FlagCompatibility::drop
                               : compat == "strict" ? FlagCompatibility::strict
                                                    : FlagCompatibility::rename;
  options.require_pins = settings_.is_true("locked");
  options.identity = content_identity(*memo_);
  options.skip_expected_failures = settings_.text("xfail") == "skip";
  options.comparator = settings_.text("comparator");
  const std::vector<std::string> comparators = registry_->names(SR_COMPARATOR_ID);
  if (!options.comparator.empty() && options.comparator != "runtime" &&
      std::ranges::find(comparators, options.comparator) == comparators.end()) {
    return Error{ErrorKind::usage,
                 fmt::format("there is no comparator \"{}\"{}", options.comparator,
                             did_you_mean(options.comparator, comparators)),
                 fmt::format("there are {}, and runtime, which leaves it to the runtime",
                             fmt::join(comparators, ", "))};
  }
  const std::vector<std::string> backends = registry_->names(SR_BACKEND_ID);
  auto compile_arguments = extra_arguments(settings_, "compile-arg", backends);
  if (!compile_arguments) return compile_arguments.error();
  options.compile_arguments = std::move(*compile_arguments);
  auto run_arguments = extra_arguments(settings_, "run-arg", backends);
  if (!run_arguments) return run_arguments.error();
  options.run_arguments = std::move(*run_arguments);
  return options;
}

}  // namespace sharkreg::core
