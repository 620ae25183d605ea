// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/descriptor_check.h"

#include <functional>
#include <vector>

#include <doctest/doctest.h>

#include <sharkreg/backend_abi.h>
#include <sharkreg/codec.h>
#include <sharkreg/comparator_abi.h>

#include "cut_off.h"

namespace sharkreg::core {
namespace {

sr_status create(const sr_host*, const sr_reader*, sr_writer*, void**) {
  return SR_OK;
}
void destroy(void*) {}
const sr_backend_functions functions{};

// A plugin that is accepted, to be spoiled.
struct Sample {
  Sample() {
    interface.struct_size = sizeof interface;
    interface.id = to_abi(SR_BACKEND_ID);
    interface.name = to_abi("acme");
    interface.create = &create;
    interface.destroy = &destroy;
    interface.functions = &functions;
    plugin.magic = SR_ABI_MAGIC;
    plugin.struct_size = sizeof plugin;
    plugin.abi_major = SR_ABI_MAJOR;
    plugin.abi_minor = SR_ABI_MINOR;
    plugin.build_flags = host_build_flags();
    plugin.name = to_abi("acme");
    plugin.version = to_abi("1.0");
    plugin.toolchain = to_abi("some compiler");
    plugin.interfaces = pointers.data();
    plugin.interface_count = 1;
  }

  sr_interface interface {};
  std::vector<const sr_interface*> pointers{&interface};
  sr_plugin plugin{};
};

std::string verdict_on(const sr_plugin* plugin) {
  const auto checked = check_descriptor(plugin, "libacme.so");
  return checked ? "accepted" : checked.error().message;
}

std::string verdict(const std::function<void(Sample&)>& spoil) {
  Sample sample;
  spoil(sample);
  return verdict_on(&sample.plugin);
}

TEST_CASE("a plugin that keeps the rules is accepted") {
  CHECK(verdict([](Sample&) {}) == "accepted");
  CHECK(verdict([](Sample& s) { s.plugin.abi_minor = 99; }) == "accepted");
  CHECK(verdict([](Sample& s) { s.plugin.version = sr_string{nullptr, 0}; }) == "accepted");
  CHECK(verdict([](Sample& s) { s.plugin.build_flags |= 1u << 30; }) == "accepted");
}

TEST_CASE("a plugin of another world is refused by its beginning") {
  CHECK(verdict_on(nullptr) == "libacme.so describes itself by a null pointer");
  // Nothing but the magic can be read of it.
  Sample sample;
  sample.plugin.magic = 0x1122334455667788;
  CHECK(verdict_on(CutOff<sr_plugin>(sample.plugin, sizeof(std::uint64_t)).get()) ==
        "libacme.so exports sharkreg_plugin, but what that returns begins with "
        "0x1122334455667788; wanted is 0x47455254524b4853");
}

TEST_CASE("a plugin of another version is refused with both versions") {
  Sample sample;
  sample.plugin.abi_major = 7;
  sample.plugin.abi_minor = 3;
  const auto major = check_descriptor(&sample.plugin, "libacme.so");
  CHECK(major.error().message ==
        "libacme.so is built for version 7.3 of the plugin ABI; wanted is 1.x");
  CHECK(major.error().hint == "update sharkreg, or use an older version of the plugin");

  // Another major may have another, shorter layout.
  const std::size_t size = offsetof(sr_plugin, build_flags) + sizeof(std::uint32_t);
  CHECK(verdict_on(CutOff<sr_plugin>(sample.plugin, size).get()) == major.error().message);

  CHECK(verdict([](Sample& s) { s.plugin.abi_minor_required = 99; }) ==
        "libacme.so needs a host with version 1.99 of the plugin ABI or newer; this one has 1.0");
}

TEST_CASE("a plugin with other sanitizers is refused") {
  const std::string said = verdict([](Sample& s) {
    s.plugin.build_flags = SR_BUILD_ADDRESS_SANITIZER | SR_BUILD_THREAD_SANITIZER;
  });
  CHECK(
      said.starts_with("libacme.so is built with AddressSanitizer and ThreadSanitizer, this "
                       "program with "));
}

TEST_CASE("a description is read as far as it says that it goes") {
  const Sample sample;
  for (std::size_t size = 16; size < sizeof(sr_plugin); size += alignof(sr_plugin)) {
    CAPTURE(size);
    const std::string said = verdict_on(CutOff<sr_plugin>(sample.plugin, size).get());
    CHECK(said == "libacme.so describes itself in " + std::to_string(size) + " bytes; wanted are " +
                      std::to_string(sizeof(sr_plugin)) + " at least");
  }
  CHECK(verdict_on(CutOff<sr_plugin>(sample.plugin, sizeof(sr_plugin)).get()) == "accepted");
  const Longer<sr_plugin> longer(sample.plugin);
  CHECK(verdict_on(&longer.head) == "accepted");
}

TEST_CASE("names are small letters, digits and underscores") {
  for (const char* bad : {"", "Acme", "9acme", "_acme", "ac-me", "acme.so", "a b", "\xc3\xb6l"}) {
    CAPTURE(bad);
    CHECK(verdict([&](Sample& s) {
            s.plugin.name = to_abi(bad);
          }).starts_with("libacme.so is called \""));
    CHECK(verdict([&](Sample& s) {
            s.interface.name = to_abi(bad);
          }).starts_with("interface 0 of libacme.so (sharkreg.backend/1) is called \""));
  }
  CHECK(verdict([](Sample& s) { s.plugin.name = to_abi("ac_me_2"); }) == "accepted");
  CHECK(verdict([](Sample& s) { s.interface.name = to_abi("ac_me"); }) ==
        "interface 0 of libacme.so (sharkreg.backend/1) is called \"ac_me\"; wanted is a name of "
        "small letters and digits");
  CHECK(verdict([](Sample& s) {
          s.interface.id = to_abi(SR_COMPARATOR_ID);
          s.interface.name = to_abi("ac_me");
        }) == "accepted");
}

TEST_CASE("what is no text is not read as one") {
  CHECK(verdict([](Sample& s) {
          s.plugin.name = sr_string{nullptr, 5};
        }).starts_with("libacme.so is called no text at all;"));
  CHECK(verdict([](Sample& s) {
          s.plugin.name = sr_string{"x", ~std::size_t{0}};
        }).starts_with("libacme.so is called no text at all;"));
  CHECK(verdict([](Sample& s) { s.plugin.version = to_abi("\xff"); }) ==
        "version and toolchain of libacme.so are no text at all and \"some compiler\"; wanted is "
        "UTF-8 of at most 1000 bytes");
  CHECK(verdict([](Sample& s) {
          s.interface.id = sr_string{nullptr, 1};
        }).starts_with("interface 0 of libacme.so has the id no text at all;"));
}

TEST_CASE("a plugin offers something, once") {
  const std::string nothing = "libacme.so offers no interface; wanted is one at least";
  CHECK(verdict([](Sample& s) { s.plugin.interface_count = 0; }) == nothing);
  CHECK(verdict([](Sample& s) { s.plugin.interfaces = nullptr; }) == nothing);
  CHECK(verdict([](Sample& s) { s.plugin.interface_count = 5000000; }) ==
        "libacme.so says that it offers 5000000 interfaces; at most 1000 are taken");
  CHECK(verdict([](Sample& s) {
          s.pointers = {&s.interface, &s.interface};
          s.plugin.interfaces = s.pointers.data();
          s.plugin.interface_count = 2;
        }) == "libacme.so offers sharkreg.backend/1 \"acme\" twice");
  CHECK(verdict([](Sample& s) { s.pointers[0] = nullptr; }) == "interface 0 of libacme.so is null");
}

TEST_CASE("ids are a kind and a revision") {
  for (const char* bad : {"", "sharkreg.backend", "/1", "sharkreg.backend/", "sharkreg.backend/x",
                          "sharkreg backend/1", "a/1/2"}) {
    CAPTURE(bad);
    CHECK(verdict([&](Sample& s) { s.interface.id = to_abi(bad); }) ==
          "interface 0 of libacme.so has the id \"" + std::string(bad) +
              "\"; wanted is a kind and a revision such as \"sharkreg.backend/1\"");
  }
}

TEST_CASE("an interface that is known must be whole") {
  CHECK(verdict([](Sample& s) { s.interface.create = nullptr; }) ==
        "interface 0 of libacme.so (sharkreg.backend/1) has no create");
  CHECK(verdict([](Sample& s) { s.interface.destroy = nullptr; }) ==
        "interface 0 of libacme.so (sharkreg.backend/1) has no destroy");
  CHECK(verdict([](Sample& s) { s.interface.functions = nullptr; }) ==
        "interface 0 of libacme.so (sharkreg.backend/1) has no functions");
  CHECK(verdict([](Sample& s) { s.interface.get_extension = nullptr; }) == "accepted");
}

TEST_CASE("an interface is read as far as it says that it goes") {
  const auto verdict_of = [](const sr_interface* interface) {
    return verdict([&](Sample& s) { s.pointers[0] = interface; });
  };
  const sr_interface whole = Sample().interface;
  for (std::size_t size = 8; size < sizeof(sr_interface); size += alignof(sr_interface)) {
    CAPTURE(size);
    CHECK(verdict_of(CutOff<sr_interface>(whole, size).get())
              .starts_with("interface 0 of libacme.so"));
  }
  CHECK(verdict_of(CutOff<sr_interface>(whole, sizeof(sr_interface)).get()) == "accepted");
  const Longer<sr_interface> longer(whole);
  CHECK(verdict_of(&longer.head) == "accepted");
}

TEST_CASE("interfaces of unknown kind or revision are left alone") {
  const auto unknown = [](const char* id) {
    return verdict([&](Sample& s) {
      s.interface.id = to_abi(id);
      s.interface.create = nullptr;
      s.interface.functions = nullptr;
      s.interface.struct_size = offsetof(sr_interface, create);
    });
  };
  CHECK(unknown("com.example.gauge/1") == "accepted");
  CHECK(unknown("sharkreg.backend/2") == "accepted");
  CHECK(unknown("sharkreg.draft.scheduler/4") == "accepted");
  CHECK_FALSE(is_known_interface("sharkreg.backend/2"));
  CHECK(is_known_interface(SR_BACKEND_ID));
}

}  // namespace
}  // namespace sharkreg::core
