// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/library.h"

#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <sharkreg/codec.h>
#include <sharkreg/comparator_abi.h>

#include "fixtures.h"
#include "plugin_host/library_file.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

Error refusal_of(const fs::path& path) {
  const auto library = PluginLibrary::load(path);
  return library ? Error{ErrorKind::usage, "it was loaded", ""} : library.error();
}

void write(const fs::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

TEST_CASE("a plugin is loaded with all that it offers") {
  const auto library = load_fixture("sample");
  CHECK(library->path() == fixture("sample"));
  CHECK(from_abi(library->descriptor().name) == "sample");
  CHECK(library->descriptor().interface_count == 4);
  const sr_interface* backend = library->find("sharkreg.backend/1", "sample");
  REQUIRE(backend != nullptr);
  CHECK(from_abi(backend->id) == "sharkreg.backend/1");
  CHECK(library->find(SR_COMPARATOR_ID, "sample_comparator") != nullptr);
  CHECK(library->find(SR_COMPARATOR_ID, "sample") == nullptr);
  CHECK(library->find("sharkreg.backend/2", "sample") == nullptr);
}

TEST_CASE("a library stays in the process when it is no longer used") {
  const sr_plugin* descriptor = &load_fixture("sane_descriptor")->descriptor();
  CHECK(from_abi(descriptor->name) == "descriptor");  // would crash if it were unmapped
  CHECK(&load_fixture("sane_descriptor")->descriptor() == descriptor);
}

TEST_CASE("a relative path leads to the same file") {
  const fs::path relative = fs::relative(fixture("sample"));
  REQUIRE(relative.is_relative());
  const auto library = PluginLibrary::load(relative);
  REQUIRE(library.has_value());
  CHECK((*library)->path() == fixture("sample"));
}

TEST_CASE("a file that is no shared library is refused with what it is") {
  const ScratchDirectory scratch;
  const fs::path file = scratch / "libacme.so";

  const Error missing = refusal_of(file);
  CHECK(missing.kind == ErrorKind::not_found);
  CHECK(missing.message == file.native() + " cannot be opened: No such file or directory");

  fs::create_directory(file);
  CHECK(refusal_of(file).message == file.native() + " is a directory; wanted is a shared library");
  fs::remove(file);

  ::mkfifo(file.c_str(), 0600);
  CHECK(refusal_of(file).message ==
        file.native() + " is no regular file; wanted is a shared library");
  fs::remove(file);

  write(file, "");
  CHECK(refusal_of(file).message == file.native() + " is empty; wanted is a shared library");

  for (const std::string text : {"a", "int main() { return 0; }\n"}) {
    write(file, text);
    const Error refusal = refusal_of(file);
    CHECK(refusal.message ==
          file.native() + " is not a shared library: it does not begin as an ELF file does");
    CHECK(refusal.hint == "name the library that the plugin's build made, such as libacme.so");
  }

  fs::copy_file(SHARKREG_OBJECT_FILE, file, fs::copy_options::overwrite_existing);
  CHECK(refusal_of(file).message ==
        file.native() + " is an ELF file, but not a shared library (type 1, wanted is 3)");
}

TEST_CASE("a library for another machine is refused with both machines") {
  const ScratchDirectory scratch;
  const fs::path file = scratch.copy_of("sample");
  std::fstream library(file, std::ios::in | std::ios::out | std::ios::binary);
  library.seekp(18);  // e_machine
  library.write("\x08\x00", 2);
  library.close();
  CHECK(refusal_of(file).message.starts_with(
      file.native() + " is built for another machine (ELF machine 8, 64-bit); wanted is "));
}

TEST_CASE("a library that is cut short is refused wherever the cut is") {
  const ScratchDirectory scratch;
  const fs::path file = scratch.copy_of("sample");
  const auto whole = fs::file_size(file);
  for (const std::uintmax_t size :
       {whole - 1, whole / 2, whole / 4, std::uintmax_t{4096}, std::uintmax_t{100},
        std::uintmax_t{64}, std::uintmax_t{63}, std::uintmax_t{5}}) {
    CAPTURE(size);
    fs::resize_file(file, size);
    const Error refusal = refusal_of(file);
    CHECK(refusal.message.starts_with(file.native() + " is cut short: it has " +
                                      std::to_string(size) + " bytes, "));
    CHECK(refusal.hint == "build, copy or download it again");
  }
}

TEST_CASE("a library that is no plugin of this program is refused with the reason") {
  const auto message = [](const std::string& name) {
    const std::string said = refusal_of(fixture(name)).message;
    const std::string file = fixture(name).native();
    REQUIRE(said.starts_with(file));
    return said.substr(file.size());
  };
  CHECK(message("no_symbol") ==
        " is a shared library, but no plugin: it exports no function sharkreg_plugin");
  CHECK(message("null_descriptor") == " describes itself by a null pointer");
  CHECK(message("wrong_magic").find("0x1122334455667788; wanted is") != std::string::npos);
  CHECK(message("other_major") == " is built for version 7.0 of the plugin ABI; wanted is 1.x");
  CHECK(message("minor_too_new") ==
        " needs a host with version 1.99 of the plugin ABI or newer; this one has 1.0");
  CHECK(
      message("other_sanitizer")
          .starts_with(" is built with AddressSanitizer and ThreadSanitizer, this program with "));
}

TEST_CASE("the loader's own words are passed on") {
  const Error refusal = refusal_of(fixture("needs_more"));
  const std::string file = fixture("needs_more").native();
  CHECK(refusal.message ==
        file + " cannot be loaded: " + file + ": undefined symbol: nobody_defines_this");
  CHECK(refusal.hint ==
        "link the plugin with all that it needs (-Wl,-z,defs shows what is missing)");
}

TEST_CASE("what others can write is refused") {
  const ScratchDirectory scratch;
  const fs::path file = scratch.copy_of("sample");
  ::chmod(file.c_str(), 0755);
  REQUIRE(check_nobody_else_can_write(file).has_value());

  ::chmod(file.c_str(), 0757);
  const Error everybody = refusal_of(file);
  CHECK(everybody.message ==
        "the file " + file.native() + " can be written by everybody (mode 0757)");
  CHECK(everybody.hint == "take that right away: chmod o-w " + file.native());
  ::chmod(file.c_str(), 0755);

  ::chmod(scratch.path().c_str(), 01777);
  const Error sticky = refusal_of(file);
  CHECK(sticky.message ==
        "the directory " + scratch.path().native() + " can be written by everybody (mode 1777)");
  CHECK(sticky.hint ==
        "move the plugin to a directory that nobody else can write, or make this one such");
  ::chmod(scratch.path().c_str(), 0755);
  CHECK(PluginLibrary::load(file).has_value());
}

TEST_CASE("a group's right to write counts unless the group is root's or ours") {
  const ScratchDirectory scratch;
  const fs::path file = scratch.copy_of("sample");
  ::chmod(file.c_str(), 0775);
  CHECK(check_nobody_else_can_write(file).has_value());
  if (::geteuid() != 0) {
    MESSAGE("only root can give a file away; the rest was not tried");
    return;
  }
  REQUIRE(::chown(file.c_str(), 0, 12345) == 0);
  CHECK(refusal_of(file).message == "the file " + file.native() +
                                        " can be written by group 12345, which is neither root's "
                                        "nor yours (mode 0775)");
  ::chmod(file.c_str(), 0755);
  CHECK(check_nobody_else_can_write(file).has_value());
  REQUIRE(::chown(file.c_str(), 12345, 0) == 0);
  CHECK(refusal_of(file).message == "the file " + file.native() +
                                        " belongs to user 12345, who is neither root nor the user "
                                        "that runs this program (0)");
}

TEST_CASE("a symbolic link is judged at both of its ends") {
  const ScratchDirectory there;
  const ScratchDirectory here;
  const fs::path file = there.copy_of("sample");
  const fs::path link = here / "libsample.so";
  fs::create_symlink(file, link);
  CHECK(check_nobody_else_can_write(link).has_value());
  ::chmod(here.path().c_str(), 0777);
  CHECK(check_nobody_else_can_write(link).error().message.starts_with("the directory " +
                                                                      here.path().native()));
  ::chmod(here.path().c_str(), 0755);
  ::chmod(there.path().c_str(), 0777);
  CHECK(check_nobody_else_can_write(link).error().message.starts_with("the directory " +
                                                                      there.path().native()));
}

}  // namespace
}  // namespace sharkreg::core
