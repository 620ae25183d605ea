// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sharkreg/backend.h>

#include "base/error.h"
#include "cli/settings.h"

namespace sharkreg::core {

// One option of the command line, of configuration files and of the environment.
struct OptionSpec {
  enum class Type { text, integer, number, boolean };
  std::string name;  // without dashes
  Type type = Type::text;
  std::string default_value;
  std::string value_name;  // as --help shows it; empty for booleans
  std::string help;
  std::string group;           // heading in --help
  bool repeatable = false;     // may be given more than once
  bool names_plugins = false;  // decides what is loaded: needed before the others can be parsed
  std::vector<std::string> choices;  // the values allowed, if they are few
};

// What the command line is made of.
struct CommandLine {
  std::string program;                 // argv[0]
  std::string subcommand;              // "" for the main job
  std::vector<std::string> arguments;  // the rest, as typed
};

// The subcommand is argv[1] if that does not begin with a dash.
CommandLine split_command_line(int argc, const char* const* argv);

// Reads options from all their sources.
class OptionReader {
 public:
  // `environment`: the process's variables by name.
  OptionReader(std::vector<OptionSpec> specs, std::map<std::string, std::string> environment);

  // A backend's own options. Equal declarations merge; unequal ones are an error that names both
  // libraries.
  Result<void> add(const std::vector<OptionDeclaration>& declarations, const std::string& backend,
                   const std::filesystem::path& library);

  // First pass: only options that name plugins, --tests-dir and --help count, everything else is
  // passed over; nothing is guessed.
  Result<Settings> read_early(const std::vector<std::string>& arguments) const;

  // All options. Errors: an unknown option with the nearest names, one given twice or without a
  // value, a value of the wrong type or not among the choices, each with its place. Words that are
  // no options go to `positional`.
  Result<Settings> read(const std::vector<std::string>& arguments,
                        const std::filesystem::path& tests_dir,
                        std::vector<std::string>& positional) const;

  // Of each variable that looks like the misspelled one of an option.
  std::vector<std::string> notes_on_variables() const;

  const std::vector<OptionSpec>& specs() const { return specs_; }

 private:
  const OptionSpec* find(const std::string& name) const;
  Result<void> check(const OptionSpec& spec, const std::vector<std::string>& values,
                     const std::string& place) const;
  // Values by option. Throws what Program_options throws.
  using Given = std::map<std::string, std::vector<std::string>>;
  Result<Given> parse_command_line(const std::vector<std::string>& arguments, bool early,
                                   std::vector<std::string>* positional) const;
  Result<void> apply_command_line(const std::vector<std::string>& arguments, bool early,
                                  Settings& settings, std::vector<std::string>* positional) const;
  Result<void> apply_environment(Settings& settings, bool early) const;
  Result<void> apply_file(const std::filesystem::path& path, Origin origin, Settings& settings,
                          bool early) const;
  std::filesystem::path user_file() const;

  std::vector<OptionSpec> specs_;
  std::map<std::string, std::string> declared_by_;  // option of a backend: its library
  std::map<std::string, std::string> environment_;
};

// The options as --help shows them, by group.
std::string help_of(const std::vector<OptionSpec>& specs);

}  // namespace sharkreg::core
