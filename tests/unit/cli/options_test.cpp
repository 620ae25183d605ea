// SPDX-License-Identifier: Apache-2.0
// Where settings come from, which beats which, and what is refused.
#include "cli/options.h"

#include <fstream>

#include <doctest/doctest.h>

#include "base/files.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

using Texts = std::vector<std::string>;
using Environment = std::map<std::string, std::string>;

OptionSpec spec(const std::string& name, const std::string& default_value = {}) {
  OptionSpec result;
  result.name = name;
  result.default_value = default_value;
  return result;
}

std::vector<OptionSpec> specs() {
  std::vector<OptionSpec> all = {spec("model", "sdxl"), spec("sku", "mi300"), spec("depth", "3"),
                                 spec("time", "600"),   spec("quiet", "false"), spec("how", "run"),
                                 spec("plugin"),        spec("tests-dir"),      spec("extra")};
  all[0].repeatable = true;
  all[2].type = OptionSpec::Type::integer;
  all[3].type = OptionSpec::Type::number;
  all[4].type = OptionSpec::Type::boolean;
  all[5].choices = {"run", "skip"};
  all[6].repeatable = all[6].names_plugins = true;
  all[7].names_plugins = true;
  return all;
}

// A command line, an environment and the two files, in a directory of their own.
struct Sources {
  TemporaryDirectory directory =
      TemporaryDirectory::create(fs::temp_directory_path(), "options-").value();
  Environment environment{{"HOME", directory.path() / "home"}};
  Texts positional;

  fs::path user_file() const { return directory.path() / "home/.config/sharkreg/sharkreg.cfg"; }
  fs::path suite_file() const { return directory.path() / "suite/sharkreg.cfg"; }

  static void write(const fs::path& path, const std::string& text) {
    REQUIRE(write_file_atomically(path, text).has_value());
  }

  Result<Settings> read(const Texts& arguments = {}) {
    positional.clear();
    return OptionReader(specs(), environment)
        .read(arguments, directory.path() / "suite", positional);
  }

  Settings settings(const Texts& arguments = {}) {
    auto result = read(arguments);
    REQUIRE_MESSAGE(result.has_value(), (result ? "" : to_text(result.error())));
    return *result;
  }

  // The message with which the arguments are refused; it is always the user's to mend.
  std::string refusal(const Texts& arguments = {}) {
    const auto result = read(arguments);
    REQUIRE_MESSAGE(result.has_error(), "was accepted");
    CHECK(result.error().kind == ErrorKind::usage);
    return result.error().message;
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("the first word is the subcommand unless it is an option") {
  const char* with[] = {"sharkreg", "plan", "--model=x", "file"};
  const CommandLine plan = split_command_line(4, with);
  CHECK(plan.program == "sharkreg");
  CHECK(plan.subcommand == "plan");
  CHECK(plan.arguments == Texts{"--model=x", "file"});
  const char* without[] = {"sharkreg", "--model=x", "plan"};
  CHECK(split_command_line(3, without).subcommand == "");
  CHECK(split_command_line(3, without).arguments == Texts{"--model=x", "plan"});
  CHECK(split_command_line(1, with).arguments.empty());
  CHECK(split_command_line(0, nullptr).program == "sharkreg");
}

TEST_CASE("each source beats those before it, and is named") {
  Sources sources;
  CHECK(sources.settings().text("sku") == "mi300");
  CHECK_FALSE(sources.settings().given("sku"));
  CHECK(sources.settings().all.at("sku").origin == Origin::default_value);

  Sources::write(sources.user_file(), "sku = of the user\n");
  CHECK(sources.settings().text("sku") == "of the user");
  CHECK(sources.settings().all.at("sku").origin == Origin::user_file);
  CHECK(sources.settings().all.at("sku").place == sources.user_file().string() + ": sku");

  Sources::write(sources.suite_file(), "sku = of the suite\n");
  CHECK(sources.settings().text("sku") == "of the suite");
  CHECK(sources.settings().all.at("sku").origin == Origin::suite_file);

  sources.environment["SHARKREG_SKU"] = "of the shell";
  CHECK(sources.settings().text("sku") == "of the shell");
  CHECK(sources.settings().all.at("sku").origin == Origin::environment);
  CHECK(sources.settings().all.at("sku").place == "SHARKREG_SKU");

  CHECK(sources.settings({"--sku=typed"}).text("sku") == "typed");
  CHECK(sources.settings({"--sku=typed"}).all.at("sku").origin == Origin::command_line);
  CHECK(sources.settings({"--sku=typed"}).given("sku"));
}

TEST_CASE("a stronger source replaces all values of a repeatable option") {
  Sources sources;
  Sources::write(sources.user_file(), "model = a\nmodel = b\n");
  CHECK(sources.settings().texts("model") == Texts{"a", "b"});
  CHECK(sources.settings({"--model=c"}).texts("model") == Texts{"c"});
  sources.environment["SHARKREG_MODEL"] = "d\ne,f";
  CHECK(sources.settings().texts("model") == Texts{"d", "e,f"});
}

TEST_CASE("the user's file lies where XDG says") {
  Sources sources;
  sources.environment["XDG_CONFIG_HOME"] = sources.directory.path() / "xdg";
  Sources::write(sources.user_file(), "sku = of the home\n");
  CHECK(sources.settings().text("sku") == "mi300");
  Sources::write(sources.directory.path() / "xdg/sharkreg/sharkreg.cfg", "sku = of xdg\n");
  CHECK(sources.settings().text("sku") == "of xdg");
  sources.environment.clear();
  CHECK(sources.settings().text("sku") == "mi300");
}

TEST_CASE("values are written with an equals sign or behind a space, lists with commas too") {
  Sources sources;
  CHECK(sources.settings({"--sku", "mi250"}).text("sku") == "mi250");
  CHECK(sources.settings({"--sku=a=b"}).text("sku") == "a=b");
  const Settings settings = sources.settings({"--model=a, b", "--model", "c,"});
  CHECK(settings.list("model") == Texts{"a", "b", "c"});
  CHECK(settings.texts("model") == Texts{"a, b", "c,"});
  CHECK(settings.text("model") == "c,");
}

TEST_CASE("booleans are false unless they are given") {
  Sources sources;
  CHECK_FALSE(sources.settings().is_true("quiet"));
  CHECK(sources.settings({"--quiet"}).is_true("quiet"));
  sources.environment["SHARKREG_QUIET"] = "true";
  CHECK(sources.settings().is_true("quiet"));
  sources.environment["SHARKREG_QUIET"] = "false";
  CHECK_FALSE(sources.settings().is_true("quiet"));
  Sources::write(sources.suite_file(), "quiet = true\n");
  CHECK_FALSE(sources.settings().is_true("quiet"));
}

TEST_CASE("numbers are numbers as a whole") {
  Sources sources;
  CHECK(sources.settings({"--time=0.5"}).number("time") == 0.5);
  CHECK(sources.settings({"--depth=-4"}).text("depth") == "-4");
  for (const char* value : {"--time=1s", "--time=x", "--time= 1"}) {
    CHECK(contains(sources.refusal({value}), "expected a number"));
  }
  for (const char* value : {"--depth=1.5", "--depth=0x10", "--depth=99999999999999999999"}) {
    CHECK(contains(sources.refusal({value}), "expected a whole number"));
  }
}

TEST_CASE("words that are no options are kept apart") {
  Sources sources;
  sources.settings({"one", "--sku=x", "two", "--", "--three"});
  CHECK(sources.positional == Texts{"one", "two", "--three"});
}

TEST_CASE("an unknown option is told with the nearest ones, never guessed") {
  Sources sources;
  CHECK(sources.refusal({"--modle=x"}) == "--modle is not an option; did you mean --model?");
  CHECK(sources.refusal({"--mod=x"}).starts_with("--mod is not an option"));
  CHECK(sources.refusal({"--frobnicate"}) == "--frobnicate is not an option");
}

TEST_CASE("an option given twice is refused, unless it may be") {
  Sources sources;
  CHECK(sources.refusal({"--sku=a", "--sku=a"}) == "--sku is given 2 times");
  CHECK(sources.refusal({"--quiet", "--quiet"}) == "--quiet is given 2 times");
  Sources::write(sources.suite_file(), "sku = a\nsku = b\n");
  CHECK(sources.refusal() == sources.suite_file().string() + ": sku is given 2 times");
}

TEST_CASE("an option without a value is refused, a boolean with one") {
  Sources sources;
  CHECK(sources.refusal({"--sku="}) == "--sku needs a value");
  CHECK(sources.refusal({"--sku"}) == "--sku needs a value");
  CHECK(sources.refusal({"--sku", "--quiet"}) == "--sku needs a value, but is followed by --quiet");
  CHECK(sources.refusal({"--sku", "--model=x"}) ==
        "--sku needs a value, but is followed by --model=x");
  CHECK(sources.settings({"--extra", "--of-the-compiler"}).text("extra") == "--of-the-compiler");
  CHECK(sources.settings({"--extra=--quiet"}).text("extra") == "--quiet");
  CHECK(sources.refusal({"--sku", ""}) == "--sku is \"\"; expected a value");
  CHECK(sources.refusal({"--model=,"}) == "--model is \",\"; expected a value");
  CHECK(sources.refusal({"--quiet=true"}) == "--quiet takes no value");
  Sources::write(sources.suite_file(), "sku =\n");
  CHECK(contains(sources.refusal(), "sku is \"\"; expected a value"));
}

TEST_CASE("only the choices can be chosen") {
  Sources sources;
  CHECK(sources.settings({"--how=skip"}).text("how") == "skip");
  CHECK(sources.refusal({"--how=Skip"}) == "--how is \"Skip\"; expected one of run, skip");
}

TEST_CASE("what is wrong in the environment is told by the variable's name") {
  Sources sources;
  sources.environment["SHARKREG_TIME"] = "soon";
  CHECK(sources.refusal() == "SHARKREG_TIME is \"soon\"; expected a number");
  sources.environment["SHARKREG_TIME"] = "";  // as if it were not set
  CHECK(sources.settings().number("time") == 600);
}

TEST_CASE("a misspelled variable is remarked on, an unrelated one is not") {
  const OptionReader reader(specs(), {{"SHARKREG_MODLE", "x"}, {"SHARKREG_TESTS_DIR", "y"},
                                      {"SHARKREG_SOMETHING_ELSE", "z"}, {"MODLE", "x"}});
  const Texts notes = reader.notes_on_variables();
  REQUIRE(notes.size() == 1);
  CHECK(contains(notes[0], "SHARKREG_MODLE"));
  CHECK(contains(notes[0], "SHARKREG_MODEL?"));
}

TEST_CASE("the variable of a secret is not taken for a misspelled option") {
  std::vector<OptionSpec> with_cache = specs();
  with_cache.push_back(spec("remote-cache-mode"));
  const std::map<std::string, std::string> variables{{"SHARKREG_REMOTE_CACHE_TOKEN", "secret"},
                                                     {"SHARKREG_REMOTE_CACHE_MODDE", "read"}};
  const Texts notes = OptionReader(with_cache, variables).notes_on_variables();
  REQUIRE(notes.size() == 1);
  CHECK(contains(notes[0], "SHARKREG_REMOTE_CACHE_MODDE"));
}

TEST_CASE("configuration files have comments, and errors with their place") {
  Sources sources;
  Sources::write(sources.user_file(), "# for me\nsku = mi250  # the old one\n\n");
  CHECK(sources.settings().text("sku") == "mi250");
  Sources::write(sources.user_file(), "sku mi250\n");
  CHECK(contains(sources.refusal(), sources.user_file().string() + ": "));
  Sources::write(sources.user_file(), "skuu = mi250\n");
  CHECK(sources.refusal() == sources.user_file().string() +
                                 ": --skuu is not an option; did you mean --sku?");
  Sources::write(sources.user_file(), "how = never\n");
  CHECK(sources.refusal() ==
        sources.user_file().string() + ": how is \"never\"; expected one of run, skip");
}

TEST_CASE("a configuration file that is none is refused") {
  Sources sources;
  fs::create_directories(sources.suite_file());
  CHECK(contains(sources.refusal(), "it is a directory"));
}

TEST_CASE("a suite may not name plugins, a user may") {
  Sources sources;
  Sources::write(sources.user_file(), "plugin = libmine.so\n");
  CHECK(sources.settings().texts("plugin") == Texts{"libmine.so"});
  Sources::write(sources.suite_file(), "plugin = libevil.so\n");
  CHECK(contains(sources.refusal(), "a suite may not name plugins to load"));
  // Also where the command line names others: nobody should be led to believe that it counts.
  CHECK(contains(sources.refusal({"--plugin=libmine.so"}), "a suite may not name plugins"));
}

TEST_CASE("the first pass reads what decides the second, and passes over the rest") {
  Sources sources;
  Sources::write(sources.user_file(), "plugin = of the user\nsku = x\nvector-chip = v1\n");
  const OptionReader reader(specs(), sources.environment);
  auto early = reader.read_early({"--vector-chip", "v2", "--tests-dir=/suite", "--time=soon", "file"});
  REQUIRE(early.has_value());
  CHECK(early->text("tests-dir") == "/suite");
  CHECK(early->text("plugin") == "of the user");
  CHECK(early->all.count("sku") == 0);
  early = reader.read_early({"--plugin=a", "--plugin", "b"});
  REQUIRE(early.has_value());
  CHECK(early->texts("plugin") == Texts{"a", "b"});
  // Prefixes are not guessed, neither here nor later.
  CHECK(reader.read_early({"--plug=a"})->texts("plugin") == Texts{"of the user"});
  CHECK(reader.read_early({"--plugin"}).has_error());
}

OptionDeclaration declared(const std::string& name, const std::string& default_value) {
  OptionDeclaration result;
  result.name = name;
  result.default_value = default_value;
  result.value_name = "CHIP";
  result.help = "the chip";
  return result;
}

TEST_CASE("options of backends are read like all others") {
  Sources sources;
  OptionReader reader(specs(), {{"SHARKREG_VECTOR_CHIP", "v7"}});
  REQUIRE(reader.add({declared("vector-chip", "v1")}, "vector", "/p/libvector.so").has_value());
  Texts positional;
  CHECK(reader.read({}, {}, positional)->text("vector-chip") == "v7");
  CHECK(reader.read({"--vector-chip=v2"}, {}, positional)->text("vector-chip") == "v2");
  CHECK(contains(help_of(reader.specs()),
                 "\nOptions of the backend vector:\n  --vector-chip=CHIP"));
}

TEST_CASE("types of options of backends are theirs") {
  using Declared = OptionDeclaration::Type;
  using Type = OptionSpec::Type;
  for (const auto& [theirs, ours] : std::vector<std::pair<Declared, Type>>{
           {Declared::text, Type::text},
           {Declared::integer, Type::integer},
           {Declared::number, Type::number},
           {Declared::boolean, Type::boolean}}) {
    OptionDeclaration option = declared("vector-chip", "");
    option.type = theirs;
    OptionReader reader({}, {});
    REQUIRE(reader.add({option}, "vector", "/p/libvector.so").has_value());
    CHECK(reader.specs().at(0).type == ours);
  }
}

TEST_CASE("equal declarations merge") {
  OptionReader reader(specs(), {});
  REQUIRE(reader.add({declared("vector-chip", "v1")}, "vector", "/p/libvector.so").has_value());
  REQUIRE(reader.add({declared("vector-chip", "v1")}, "vector", "/p/libother.so").has_value());
  CHECK(reader.specs().size() == specs().size() + 1);
}

TEST_CASE("unequal declarations name both libraries") {
  OptionReader reader(specs(), {});
  REQUIRE(reader.add({declared("vector-chip", "v1")}, "vector", "/p/libvector.so").has_value());
  std::vector<OptionDeclaration> others(4, declared("vector-chip", "v1"));
  others[0].default_value = "v2";
  others[1].repeatable = true;
  others[2].type = OptionDeclaration::Type::integer;
  others[3].help = "another chip";
  for (const OptionDeclaration& other : others) {
    const auto added = reader.add({other}, "vector", "/p/libother.so");
    REQUIRE(added.has_error());
    CHECK(added.error().message ==
          "/p/libother.so declares --vector-chip, which /p/libvector.so declares otherwise");
  }
  // Not even an equal declaration may take over an option of the program.
  OptionDeclaration own = declared("sku", "mi300");
  own.help = "";
  const auto added = reader.add({own}, "vector", "/p/libvector.so");
  REQUIRE(added.has_error());
  CHECK(contains(added.error().message, "which sharkreg itself declares otherwise"));
}

}  // namespace
}  // namespace sharkreg::core
