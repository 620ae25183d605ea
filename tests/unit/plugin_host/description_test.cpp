// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/description.h"

#include <functional>

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

PluginDescription sample() {
  PluginDescription description;
  description.name = "acme";
  description.version = "1.2";
  description.toolchain = "some compiler";
  description.abi = "1.0";
  InterfaceDescription backend{"sharkreg.backend/1", "acme", true, BackendDescription{}, {}};
  backend.backend->program_formats = {"mlir"};
  backend.backend->options = {
      {"acme-chip", OptionDeclaration::Type::text, "a1", "CHIP", "what to compile for", false}};
  backend.backend->target_option = "acme-chip";
  InterfaceDescription fetcher{"sharkreg.artifact_fetcher/1",
                               "store",
                               false,
                               {},
                               FetcherDescription{{"acme", "s3"}, {"acme.com"}}};
  description.interfaces = {backend, fetcher};
  return description;
}

std::string verdict(const std::function<void(BackendDescription&)>& spoil) {
  PluginDescription description = sample();
  spoil(*description.interfaces[0].backend);
  const auto checked = check_description(description);
  return checked ? "accepted" : checked.error().message;
}

TEST_CASE("a description comes back from JSON as it went") {
  const PluginDescription description = sample();
  const auto back = description_from_json(to_json(description));
  REQUIRE(back.has_value());
  CHECK(to_json(*back) == to_json(description));
  CHECK(back->interfaces[0].thread_safe);
  CHECK(back->interfaces[0].backend->options[0].default_value == "a1");
  CHECK(back->interfaces[1].fetcher->schemes == std::vector<std::string>{"acme", "s3"});
  CHECK(back->interfaces[1].fetcher->hosts == std::vector<std::string>{"acme.com"});
  CHECK(to_json(description).find('\n') == std::string::npos);
}

TEST_CASE("other text is no description") {
  const auto trouble = [](const std::string& json) {
    const auto description = description_from_json(json);
    return description ? "none" : description.error().message;
  };
  CHECK(trouble("{}") ==
        "the description of a plugin has not the schema \"sharkreg.plugin_description/2\"");
  CHECK(trouble("[") != "none");
  CHECK(trouble("") != "none");
  CHECK(trouble(R"({"schema": "sharkreg.plugin_description/1"})") == trouble("{}"));
  CHECK(trouble(R"({"schema": "sharkreg.plugin_description/2", "colour": "red"})") ==
        "the description of a plugin does not fit: the member \"/colour\" is not known here");
}

TEST_CASE("options begin with the backend's name") {
  CHECK(verdict([](BackendDescription&) {}) == "accepted");
  for (const char* bad : {"", "chip", "rocm-chip", "acme", "acme-", "acme-Chip", "acme_chip",
                          "acme-chip-", "--acme-chip", "acme-chip=1"}) {
    CAPTURE(bad);
    CHECK(verdict([&](BackendDescription& b) { b.options[0].name = bad; }) ==
          "acme: it declares an option \"" + std::string(bad) +
              "\"; wanted is \"acme-\" followed by small letters, digits and dashes");
  }
  CHECK(verdict([](BackendDescription& b) { b.options.push_back(b.options[0]); }) ==
        "acme: it declares the option \"acme-chip\" twice");
  CHECK(verdict([](BackendDescription& b) { b.target_option = "acme-target"; }) ==
        "acme: its target_option \"acme-target\" is none of the options that it declares");
}

TEST_CASE("defaults have the type of their option") {
  using Type = OptionDeclaration::Type;
  const auto with = [](Type type, const char* value) {
    return verdict([&](BackendDescription& b) {
             b.options[0].type = type;
             b.options[0].default_value = value;
           }) == "accepted";
  };
  CHECK(with(Type::integer, "-12"));
  CHECK(with(Type::integer, ""));
  CHECK_FALSE(with(Type::integer, "1.5"));
  CHECK_FALSE(with(Type::integer, "99999999999999999999"));
  CHECK(with(Type::number, "1e-4"));
  CHECK_FALSE(with(Type::number, "1e-4x"));
  CHECK(with(Type::boolean, "true"));
  CHECK_FALSE(with(Type::boolean, "yes"));
  CHECK(with(Type::text, "anything"));
  CHECK(verdict([](BackendDescription& b) { b.options[0].type = Type::integer; }) ==
        "acme: the default of its option \"acme-chip\" is \"a1\", which is no integer");
}

TEST_CASE("backends and fetchers name what they take") {
  CHECK(verdict([](BackendDescription& b) { b.program_formats.clear(); }) ==
        "acme: it names no program format that it takes");
  PluginDescription description = sample();
  auto& schemes = description.interfaces[1].fetcher->schemes;
  schemes = {};
  CHECK(check_description(description).error().message ==
        "store: it names no URL scheme that it reads");
  for (const char* bad : {"", "S3", "s3://", "3s"}) {
    CAPTURE(bad);
    schemes = {"acme", bad};
    CHECK(check_description(description)
              .error()
              .message.starts_with("store: it reads the URL scheme \"" + std::string(bad) +
                                   "\"; wanted is"));
  }
  schemes = {"*"};
  auto& hosts = description.interfaces[1].fetcher->hosts;
  for (const char* bad :
       {"", "*", "*.", "*.*.acme.com", "a*.acme.com", "Acme.com", "acme.com:443",
        "https://acme.com", ".acme.com", "acme..com", "acme.com.", "acme.com/x"}) {
    CAPTURE(bad);
    hosts = {"acme.com", bad};
    CHECK(check_description(description)
              .error()
              .message.starts_with("store: it reads URLs of the host \"" + std::string(bad) +
                                   "\"; wanted is"));
  }
  hosts = {"acme.com", "*.acme.com", "127.0.0.1", "localhost"};
  CHECK(check_description(description).has_value());
}

}  // namespace
}  // namespace sharkreg::core
