// SPDX-License-Identifier: Apache-2.0
// What all options of the program have to be.
#include "cli/option_table.h"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

// Those of a subcommand together with those that all have.
std::vector<std::vector<OptionSpec>> all_tables() {
  std::vector<std::vector<OptionSpec>> tables = {own_options()};
  for (const auto& more : {plan_options(), compare_options(), fetch_options()}) {
    tables.push_back(own_options());
    tables.back().insert(tables.back().end(), more.begin(), more.end());
  }
  return tables;
}

TEST_CASE("no subcommand has two options of one name") {
  for (const auto& specs : all_tables()) {
    std::set<std::string> names;
    for (const OptionSpec& spec : specs) CHECK_MESSAGE(names.insert(spec.name).second, spec.name);
  }
}

TEST_CASE("every option has a name that is typed easily, a help and a group") {
  const auto is_easy = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  for (const auto& specs : all_tables()) {
    for (const OptionSpec& spec : specs) {
      CAPTURE(spec.name);
      CHECK(std::ranges::all_of(spec.name, is_easy));
      CHECK_FALSE(spec.help.empty());
      CHECK_FALSE(spec.group.empty());
      CHECK(spec.value_name.empty() == (spec.type == OptionSpec::Type::boolean));
    }
  }
}

TEST_CASE("defaults are values that the user could give") {
  for (const auto& specs : all_tables()) {
    const OptionReader reader(specs, {});
    std::vector<std::string> arguments;
    for (const OptionSpec& spec : specs) {
      if (spec.type == OptionSpec::Type::boolean) {
        CHECK(spec.default_value == "false");
      } else if (!spec.default_value.empty()) {
        arguments.push_back("--" + spec.name + "=" + spec.default_value);
      }
    }
    std::vector<std::string> positional;
    const auto settings = reader.read(arguments, {}, positional);
    CHECK_MESSAGE(settings.has_value(), (settings ? "" : settings.error().message));
  }
}

TEST_CASE("the help shows every option, with its default and its choices") {
  const std::string help = help_of(own_options());
  for (const OptionSpec& spec : own_options()) {
    CHECK_MESSAGE(help.find("  --" + spec.name) != std::string::npos, spec.name);
  }
  CHECK(help.find("--flag-compat=HOW") != std::string::npos);
  CHECK(help.find("(rename, drop, strict); default: rename\n") != std::string::npos);
}

}  // namespace
}  // namespace sharkreg::core
