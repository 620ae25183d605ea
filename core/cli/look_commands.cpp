// SPDX-License-Identifier: Apache-2.0
// Subcommands that only look: list, validate, plugins, config.
#include <algorithm>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/secrets.h"
#include "base/text.h"
#include "base/verdict.h"
#include "cli/commands.h"

namespace sharkreg::core {
namespace {

std::vector<CaseFile> files_named(const std::vector<std::string>& paths) {
  std::vector<CaseFile> files;
  for (const std::string& path : paths) {
    const auto absolute = std::filesystem::absolute(path).lexically_normal();
    files.push_back({absolute, absolute.parent_path().filename(), absolute.stem()});
  }
  return files;
}

std::string remark_on(const PlannedStep& step) {
  if (step.foregone) {
    return fmt::format("{}: {}", name_of(step.foregone->verdict), step.foregone->sentence);
  }
  if (!step.expectation) return {};
  const std::string& reason = step.expectation->reason;
  return reason.empty() ? "expected to fail" : "expected to fail: " + reason;
}

}  // namespace

Result<int> list_command(Context& context) {
  if (auto fine = expect_no_positional(context, "list"); !fine) return fine.error();
  auto planned = plan_selected_cases(context, !context.settings().is_true("no-probe"));
  if (!planned) return planned.error();
  print_notes(context.take_notes());
  print_diagnostics(planned->diagnostics);
  for (const CasePlan& plan : planned->plans) {
    fmt::print("{}\n", plan.name());
    for (const PlannedStep& step : plan.steps) {
      if (step.left_out) continue;
      fmt::print("  {}\n", trim(fmt::format("{:<24}{}", step.name, redacted(remark_on(step)))));
    }
  }
  return planned->invalid ? exit_usage : exit_fine;
}

Result<int> validate_command(Context& context) {
  if (std::ranges::find(context.positional(), "") != context.positional().end()) {
    return Error{ErrorKind::usage, "validate is given an empty file name",
                 "without any name it looks at the files of the selected models"};
  }
  std::vector<CaseFile> files = files_named(context.positional());
  if (files.empty()) {
    auto selected = context.select();
    if (!selected) return selected.error();
    files = std::move(*selected);
  }
  const Result<LoadOptions> options = context.load_options();
  if (!options) return options.error();
  std::size_t invalid = 0;
  for (const CaseFile& file : files) {
    const LoadedCase loaded = load_case(file, *options);
    print_diagnostics(loaded.diagnostics);
    if (!loaded.test_case) ++invalid;
  }
  fmt::print("{} of {} model files are valid\n", files.size() - invalid, files.size());
  return invalid == 0 ? exit_fine : exit_usage;
}

namespace {

// As sha256sum prints them.
Result<int> print_digests(const PluginRegistry& registry) {
  for (const FoundPlugin& plugin : registry.plugins()) {
    if (!plugin.description) continue;
    const auto digest = sha256_of_file(plugin.library);
    if (!digest) return digest.error();
    fmt::print("{}  {}\n", *digest, plugin.library.native());
  }
  return exit_fine;
}

// Why this file was looked at.
std::string origin_of(const FoundPlugin& plugin, const Context& context) {
  const Settings& settings = context.settings();
  for (const char* option : plugin_options) {
    const std::vector<std::string> named = settings.texts(option);
    if (!plugin.named_as.empty() && std::ranges::find(named, plugin.named_as) != named.end()) {
      return "named by " + settings.all.at(option).place;
    }
  }
  return plugin.library.parent_path() == context.installation().plugins
             ? "comes with sharkreg"
             : "on the path that " + settings.all.at("plugin-path").place + " gives";
}

}  // namespace

Result<int> plugins_command(Context& context) {
  if (auto fine = expect_no_positional(context, "plugins"); !fine) return fine.error();
  if (context.settings().is_true("digests")) return print_digests(context.registry());
  print_notes(context.take_notes());
  for (const FoundPlugin& plugin : context.registry().plugins()) {
    fmt::print("{}  [{}]\n", plugin.library.string(), origin_of(plugin, context));
    if (!plugin.description) {
      fmt::print("  refused: {}\n", plugin.refused_because);
      continue;
    }
    const PluginDescription& description = *plugin.description;
    fmt::print("  accepted: {} {}, ABI {}, built by {}\n", description.name, description.version,
               description.abi, description.toolchain);
    for (const InterfaceDescription& interface : description.interfaces) {
      fmt::print("  {} {}\n", interface.id, interface.name);
    }
  }
  return exit_fine;
}

Result<int> config_command(Context& context) {
  if (auto fine = expect_no_positional(context, "config"); !fine) return fine.error();
  for (const OptionSpec& spec : context.options().specs()) {
    const Setting& setting = context.settings().all.at(spec.name);
    const std::string value =
        setting.values.empty() ? "(not set)" : redacted(join(setting.values, ", "));
    const std::string place =
        setting.origin == Origin::default_value ? "default" : "from " + setting.place;
    fmt::print("{:<24}{}  [{}]\n", spec.name, value, place);
  }
  const Places& places = context.places();
  fmt::print("\nmodels      {}\ncache       {}\nartifacts   {}\noutputs     {}\nlock        {}\n",
             places.tests_dir.string(), places.cache_dir.string(), places.artifacts_dir.string(),
             places.output_dir.string(), places.lock_file.string());
  return exit_fine;
}

}  // namespace sharkreg::core
