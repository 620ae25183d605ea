// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include <algorithm>
#include <charconv>
#include <fstream>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

namespace po = boost::program_options;

Error usage(std::string message, std::string hint = {}) {
  return {ErrorKind::usage, std::move(message), std::move(hint)};
}

std::vector<std::string> names_of(const std::vector<OptionSpec>& specs) {
  std::vector<std::string> names;
  for (const OptionSpec& spec : specs) names.push_back(spec.name);
  return names;
}

std::string unknown_option(const std::string& name, const std::vector<OptionSpec>& specs) {
  const std::vector<std::string> names = names_of(specs);
  std::vector<std::string> near;
  for (const std::string& candidate : nearest_names(name, names)) near.push_back("--" + candidate);
  const std::string message = fmt::format("--{} is not an option", name);
  return near.empty() ? message : message + "; did you mean " + join(near, " or ") + "?";
}

po::options_description description_of(const std::vector<OptionSpec>& specs, bool early) {
  po::options_description description;
  for (const OptionSpec& spec : specs) {
    if (early && !spec.names_plugins) continue;
    auto* value = po::value<std::vector<std::string>>();
    if (spec.type == OptionSpec::Type::boolean) value->zero_tokens();
    description.add_options()(spec.name.c_str(), value, spec.help.c_str());
  }
  return description;
}

// No guessing of prefixes, no short options, no "/option".
constexpr int style = po::command_line_style::allow_long | po::command_line_style::long_allow_next |
                      po::command_line_style::long_allow_adjacent;

// SHARKREG_ACME_CHIP for acme-chip.
std::string variable_of(const std::string& name) {
  std::string result = "SHARKREG_";
  for (const char c : name) {
    result += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return result;
}

template <class Number>
bool is_number(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

std::string wanted(const OptionSpec& spec, const std::string& value) {
  if (!spec.choices.empty() && std::ranges::find(spec.choices, value) == spec.choices.end()) {
    return "one of " + join(spec.choices, ", ");
  }
  switch (spec.type) {
    case OptionSpec::Type::integer:
      return is_number<std::int64_t>(value) ? "" : "a whole number";
    case OptionSpec::Type::number:
      return is_number<double>(value) ? "" : "a number";
    case OptionSpec::Type::boolean:
      return value == "true" || value == "false" ? "" : "true or false";
    case OptionSpec::Type::text:
      break;
  }
  // Of a list, "," names nothing, and nothing must not come to mean everything.
  return value.find_first_not_of(", \t") == std::string::npos ? "a value" : "";
}

// Program_options names the option with its dashes, or without.
std::string plain_name(std::string name) {
  if (name.starts_with("--")) name.erase(0, 2);
  return name.substr(0, name.find('='));
}

// The options file is read to its end, so it has to have one. Empty if it is one.
std::string no_options_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_regular_file(status)) return {};
  if (std::filesystem::is_directory(status)) return "it is a directory";
  if (std::filesystem::exists(status)) return "it is a pipe or a device";
  return error.message();
}

}  // namespace

CommandLine split_command_line(int argc, const char* const* argv) {
  CommandLine line;
  line.program = argc > 0 ? argv[0] : "sharkreg";
  int next = 1;
  // An empty one, as of a script's unset variable, is left to be refused as an argument.
  if (argc > 1 && argv[1][0] != '-' && argv[1][0] != '\0') line.subcommand = argv[next++];
  line.arguments.assign(argv + std::min(next, argc), argv + argc);
  return line;
}

OptionReader::OptionReader(std::vector<OptionSpec> specs,
                           std::map<std::string, std::string> environment)
    : specs_(std::move(specs)), environment_(std::move(environment)) {}

Result<void> OptionReader::add(const std::vector<OptionDeclaration>& declarations,
                               const std::string& backend, const std::filesystem::path& library) {
  for (const OptionDeclaration& declared : declarations) {
    OptionSpec spec;
    spec.name = declared.name;
    spec.type = static_cast<OptionSpec::Type>(declared.type);
    spec.default_value = declared.default_value;
    spec.value_name = declared.value_name;
    spec.help = declared.help;
    spec.group = "Options of the backend " + backend;
    spec.repeatable = declared.repeatable;
    if (const OptionSpec* other = find(spec.name)) {
      const bool equal = other->type == spec.type && other->repeatable == spec.repeatable &&
                         other->default_value == spec.default_value && other->help == spec.help;
      const auto owner = declared_by_.find(spec.name);
      if (equal && owner != declared_by_.end()) continue;
      return usage(
          fmt::format("{} declares --{}, which {} declares otherwise", library.string(), spec.name,
                      owner == declared_by_.end() ? "sharkreg itself" : owner->second),
          "one of the two plugins has to rename its option");
    }
    declared_by_[spec.name] = library;
    specs_.push_back(std::move(spec));
  }
  return {};
}

const OptionSpec* OptionReader::find(const std::string& name) const {
  const auto found = std::ranges::find(specs_, name, &OptionSpec::name);
  return found == specs_.end() ? nullptr : &*found;
}

Result<void> OptionReader::check(const OptionSpec& spec, const std::vector<std::string>& values,
                                 const std::string& place) const {
  if (values.size() > 1 && !spec.repeatable) {
    return usage(fmt::format("{} is given {} times", place, values.size()), "give it once");
  }
  for (const std::string& value : values) {
    if (const std::string what = wanted(spec, value); !what.empty()) {
      return usage(fmt::format("{} is \"{}\"; expected {}", place, value, what));
    }
  }
  return {};
}

Result<OptionReader::Given> OptionReader::parse_command_line(
    const std::vector<std::string>& arguments, bool early,
    std::vector<std::string>* positional) const {
  const po::options_description description = description_of(specs_, early);
  po::command_line_parser parser(arguments);
  parser.options(description).style(style);
  if (early) parser.allow_unregistered();
  Given given;
  for (const po::option& option : parser.run().options) {
    if (option.unregistered) continue;
    if (option.position_key >= 0) {
      if (positional != nullptr) positional->push_back(option.value.front());
      continue;
    }
    const std::string& name = option.string_key;
    // Boost's own check overlooks this; values that only look like options are for the tools.
    if (option.original_tokens.size() > 1 && option.value.back().starts_with("--") &&
        find(plain_name(option.value.back())) != nullptr) {
      return usage(
          fmt::format("--{} needs a value, but is followed by {}", name, option.value.back()),
          fmt::format("if that is the value: --{}={}", name, option.value.back()));
    }
    auto& values = given[name];
    if (find(name)->type == OptionSpec::Type::boolean) values.emplace_back("true");
    values.insert(values.end(), option.value.begin(), option.value.end());
  }
  return given;
}

Result<void> OptionReader::apply_command_line(const std::vector<std::string>& arguments, bool early,
                                              Settings& settings,
                                              std::vector<std::string>* positional) const {
  Given given;
  try {
    Result<Given> parsed = parse_command_line(arguments, early, positional);
    if (!parsed) return parsed.error();
    given = std::move(*parsed);
  } catch (const po::unknown_option& error) {
    return usage(unknown_option(plain_name(error.get_option_name()), specs_),
                 "`sharkreg --help` lists all options");
  } catch (const po::error_with_option_name& error) {
    const std::string name = plain_name(error.get_option_name());
    const OptionSpec* spec = find(name);
    const bool boolean = spec != nullptr && spec->type == OptionSpec::Type::boolean;
    return usage(fmt::format("--{} {}", name, boolean ? "takes no value" : "needs a value"));
  } catch (const po::error& error) {
    return usage(error.what());
  }
  for (const auto& [name, values] : given) {
    if (const auto checked = check(*find(name), values, "--" + name); !checked) {
      if (!early) return checked;
      continue;
    }
    settings.all[name] = {values, Origin::command_line, "--" + name};
  }
  return {};
}

Result<void> OptionReader::apply_environment(Settings& settings, bool early) const {
  for (const OptionSpec& spec : specs_) {
    if (early && !spec.names_plugins) continue;
    const std::string variable = variable_of(spec.name);
    const auto found = environment_.find(variable);
    if (found == environment_.end() || found->second.empty()) continue;
    const std::vector<std::string> values =
        spec.repeatable ? split(found->second, '\n') : std::vector<std::string>{found->second};
    if (const auto checked = check(spec, values, variable); !checked) return checked;
    settings.all[spec.name] = {values, Origin::environment, variable};
  }
  return {};
}

Result<void> OptionReader::apply_file(const std::filesystem::path& path, Origin origin,
                                      Settings& settings, bool early) const {
  std::error_code error;
  if (path.empty() || !std::filesystem::exists(std::filesystem::symlink_status(path, error))) {
    return {};
  }
  if (const std::string why = no_options_file(path); !why.empty()) {
    return usage(fmt::format("cannot read the configuration file {}: {}", path.string(), why),
                 "remove it, or put a text file with lines NAME = VALUE in its place");
  }
  std::ifstream stream(path);
  if (!stream) {
    return usage("cannot read the configuration file " + path.string(),
                 "see who may read it: ls -l " + shell_quote(path.string()));
  }
  std::map<std::string, std::vector<std::string>> given;
  try {
    // Unregistered ones are allowed here only to be told with the nearest name below.
    const po::parsed_options parsed =
        po::parse_config_file(stream, po::options_description(), true);
    for (const po::option& option : parsed.options) {
      auto& values = given[option.string_key];
      values.insert(values.end(), option.value.begin(), option.value.end());
    }
  } catch (const po::error& failure) {
    return usage(fmt::format("{}: {}", path.string(), failure.what()),
                 "lines are NAME = VALUE, comments begin with #");
  }
  for (const auto& [name, values] : given) {
    const OptionSpec* spec = find(name);
    if (spec == nullptr) {
      if (early) continue;
      return usage(path.string() + ": " + unknown_option(name, specs_));
    }
    if (early && !spec->names_plugins) continue;
    if (spec->names_plugins && origin == Origin::suite_file && name != "tests-dir") {
      return usage(
          fmt::format("{} sets {}: a suite may not name plugins to load", path.string(), name),
          "move it to your own configuration file or the command line");
    }
    const std::string place = path.string() + ": " + name;
    if (const auto checked = check(*spec, values, place); !checked) return checked;
    settings.all[name] = {values, origin, place};
  }
  return {};
}

std::vector<std::string> OptionReader::notes_on_variables() const {
  constexpr std::string_view prefix = "SHARKREG_";
  std::vector<std::string> known;  // behind the prefix, which all have in common
  for (const OptionSpec& spec : specs_) {
    known.push_back(variable_of(spec.name).substr(prefix.size()));
  }
  std::vector<std::string> notes;
  for (const auto& [name, value] : environment_) {
    if (!name.starts_with(prefix)) continue;
    const std::string rest = name.substr(prefix.size());
    if (std::ranges::find(known, rest) != known.end()) continue;
    if (rest == "REMOTE_CACHE_TOKEN") continue;  // of a secret, which no option may hold
    // Plugins and others have uses of their own for the prefix: only a misspelled name is worth a
    // word.
    std::vector<std::string> meant = nearest_names(rest, known);
    // It may hold the name of an option among much else.
    std::erase_if(meant, [&](const std::string& one) { return 3 * one.size() < 2 * rest.size(); });
    if (meant.empty()) continue;
    for (std::string& one : meant) one.insert(0, prefix);
    notes.push_back(
        fmt::format("{} stands for no option; did you mean {}?", name, fmt::join(meant, " or ")));
  }
  return notes;
}

std::filesystem::path OptionReader::user_file() const {
  const auto variable = [&](const char* name) -> std::string {
    const auto found = environment_.find(name);
    return found == environment_.end() ? "" : found->second;
  };
  if (const std::string xdg = variable("XDG_CONFIG_HOME"); !xdg.empty()) {
    return std::filesystem::path(xdg) / "sharkreg" / "sharkreg.cfg";
  }
  const std::string home = variable("HOME");
  return home.empty() ? std::filesystem::path()
                      : std::filesystem::path(home) / ".config" / "sharkreg" / "sharkreg.cfg";
}

Result<Settings> OptionReader::read_early(const std::vector<std::string>& arguments) const {
  Settings settings;
  for (const OptionSpec& spec : specs_) {
    if (!spec.names_plugins) continue;
    Setting& setting = settings.all[spec.name];
    if (!spec.default_value.empty()) setting.values = {spec.default_value};
  }
  if (auto done = apply_file(user_file(), Origin::user_file, settings, true); !done) {
    return done.error();
  }
  if (auto done = apply_environment(settings, true); !done) return done.error();
  if (auto done = apply_command_line(arguments, true, settings, nullptr); !done) {
    return done.error();
  }
  return settings;
}

Result<Settings> OptionReader::read(const std::vector<std::string>& arguments,
                                    const std::filesystem::path& tests_dir,
                                    std::vector<std::string>& positional) const {
  Settings settings;
  for (const OptionSpec& spec : specs_) {
    Setting& setting = settings.all[spec.name];
    if (!spec.default_value.empty()) setting.values = {spec.default_value};
    setting.place = "the default";
  }
  // Weakest first: each later source replaces what an earlier one said.
  if (auto done = apply_file(user_file(), Origin::user_file, settings, false); !done) {
    return done.error();
  }
  const auto suite_file = tests_dir.empty() ? tests_dir : tests_dir / "sharkreg.cfg";
  if (auto done = apply_file(suite_file, Origin::suite_file, settings, false); !done) {
    return done.error();
  }
  if (auto done = apply_environment(settings, false); !done) return done.error();
  if (auto done = apply_command_line(arguments, false, settings, &positional); !done) {
    return done.error();
  }
  return settings;
}

}  // namespace sharkreg::core
