// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "iree/tools.h"
#include "iree_support.h"

namespace sharkreg::tests {
namespace {

namespace fs = std::filesystem;
using iree::ProgramChain;
using iree::Tools;
using Texts = std::vector<std::string>;

constexpr std::string_view compiler_wrapper =
    "# -*- coding: utf-8 -*-\nimport sys\n"
    "from iree.compiler.tools.scripts.iree_compile.__main__ import main\nsys.exit(main())\n";
constexpr std::string_view runtime_wrapper =
    "import sys\nfrom iree._runtime.scripts.iree_run_module.__main__ import main\n";

constexpr const char* native_compiler =
    "venv/lib/python3.11/site-packages/iree/compiler/_mlir_libs/iree-compile";

std::string with_interpreter(const std::string& interpreter, std::string_view rest) {
  return "#!" + interpreter + "\n" + std::string(rest);
}

TEST_CASE("the first directory with the program wins") {
  const TemporaryDirectory directory;
  directory.write("not_executable/iree-compile", "x");
  fs::create_directories(directory.path() / "a_directory/iree-compile");
  const auto first = directory.write_program("first/iree-compile", "x");
  directory.write_program("second/iree-compile", "x");
  const std::string root = directory.path().string() + "/";
  const Tools tools({root + "missing", root + "not_executable", root + "a_directory",
                     root + "first", root + "second"});
  const auto tool = tools.locate("iree-compile");
  CHECK(tool.path == first);
  CHECK(tool.program() == first);
  CHECK(tool.missing.empty());
}

TEST_CASE("a script that starts the compiler by its path does not hide its files") {
  const TemporaryDirectory directory;
  const auto native = directory.write_program("a place/bin/iree-compile", "ELF");
  const auto library = directory.write("a place/bin/libIREECompiler.so", "library");
  const auto linker = directory.write_program("a place/bin/iree-lld", "linker");
  const std::string quoted = (directory.path() / "a\\ place/bin/iree-compile").string();
  for (const std::string& word :
       {quoted, "'" + std::string(native) + "'", "\"" + std::string(native) + "\""}) {
    CAPTURE(word);
    const auto script = directory.write_program(
        "tools/iree-compile", "#!/bin/sh\nexport A=b\nexec " + word + " \"$@\"\n");
    CHECK(ProgramChain(script).program_files() == Texts{script, native, library});
    CHECK(ProgramChain(script).compiler_files("rocm") == Texts{script, native, library, linker});
  }
  const auto unknown = directory.write_program("tools/other", "#!/bin/sh\nexec \"$HOME/x\"\n");
  CHECK(ProgramChain(unknown).program_files() == Texts{unknown});
  const auto circle = directory.write_program("tools/circle", "");
  directory.write_program("tools/circle", "#!/bin/sh\nexec " + std::string(circle) + "\n");
  CHECK_FALSE(ProgramChain(circle).program_files().empty());
}

TEST_CASE("a wheel's wrapper that cannot be looked through is told from other scripts") {
  const TemporaryDirectory directory;
  const auto wrapper = directory.write_program(
      "bin/iree-compile", with_interpreter("/nowhere/bin/python3", compiler_wrapper));
  CHECK(ProgramChain(wrapper).hides_something());
  CHECK_FALSE(
      ProgramChain(directory.write_program("bin/own", "#!/bin/sh\nexit 0\n")).hides_something());
}

TEST_CASE("a script that hands its arguments to what nobody can tell hides its program") {
  const TemporaryDirectory directory;
  const auto native = directory.write_program("place/iree-compile", "ELF");
  const std::string place = (directory.path() / "place").string();
  const auto hides = [&](const std::string& text) {
    return ProgramChain(directory.write_program("bin/iree-compile", text)).hides_something();
  };
  CHECK(hides("#!/bin/sh\nexec \"$(dirname \"$0\")/../place/iree-compile\" \"$@\"\n"));
  CHECK(hides("#!/bin/sh\nD=" + place + "\nexec $D/iree-compile \"$@\"\n"));
  CHECK(hides("#!/bin/sh\n\"$D/iree-compile\" \"$@\"\n"));
  CHECK(hides("#!/bin/sh\nA=b " + std::string(native) + " \"$@\"\n"));
  CHECK(hides("#!/bin/sh\nexec iree-compile-2 \"$@\"\n"));
  CHECK(hides("#!/usr/bin/env python3\nimport os, sys\nos.execvp('x', sys.argv)\n"));
  CHECK_FALSE(hides("#!/bin/sh\nexec " + std::string(native) + " \"$@\"\n"));
  CHECK_FALSE(hides("#!/bin/sh\n" + std::string(native) + " \"$@\"\n"));
  CHECK_FALSE(
      hides("#!/bin/sh\nexec > log\nfor word in \"$@\"; do echo \"$word\" > /dev/null; done\n"));
  // One that it starts may hide its own.
  const auto second = directory.write_program("second", "#!/bin/sh\nexec other \"$@\"\n");
  CHECK(hides("#!/bin/sh\nexec " + std::string(second) + " \"$@\"\n"));
  const auto without_exec = directory.write_program(
      "tools/iree-compile", "#!/bin/sh\n" + std::string(native) + " \"$@\"\n");
  CHECK(ProgramChain(without_exec).program_files() == Texts{without_exec, native});
}

TEST_CASE("a missing program says where it was looked for") {
  const auto tool = Tools({"/nowhere/a", "/nowhere/b"}).locate("iree-compile");
  CHECK_FALSE(tool.found());
  CHECK(tool.program() == "iree-compile");
  CHECK(tool.missing ==
        "iree-compile was not found in: /nowhere/a, /nowhere/b; name its directory by --tools-dir "
        "or IREE_TOOLS_DIR");
}

TEST_CASE("a wheel's wrapper is looked through to the native program") {
  const TemporaryDirectory directory;
  const auto native = directory.write_program(native_compiler, "ELF");
  const auto runner = directory.write_program(
      "venv/lib/python3.11/site-packages/iree/_runtime_libs/iree-run-module", "ELF");
  const std::string bin = (directory.path() / "venv/bin").string();
  directory.write_program("venv/bin/iree-compile",
                          with_interpreter(bin + "/python3", compiler_wrapper));
  directory.write_program("venv/bin/iree-run-module",
                          with_interpreter(bin + "/python3", runtime_wrapper));
  CHECK(Tools({bin}).locate("iree-compile").path == native);
  CHECK(Tools({bin}).locate("iree-run-module").path == runner);

  SUBCASE("also where pip's launcher for long paths goes through the shell") {
    directory.write_program("venv/bin/iree-compile", with_interpreter("/bin/sh", compiler_wrapper));
    CHECK(Tools({bin}).locate("iree-compile").path == native);
  }
  SUBCASE("also where a wrapper elsewhere names the environment's interpreter") {
    directory.write_program("elsewhere/bin/iree-compile",
                            with_interpreter(bin + "/python3", compiler_wrapper));
    CHECK(Tools({(directory.path() / "elsewhere/bin").string()}).locate("iree-compile").path ==
          native);
  }
  SUBCASE("also through a link to the wrapper") {
    fs::create_directories(directory.path() / "links/bin");
    fs::create_symlink(bin + "/iree-compile", directory.path() / "links/bin/iree-compile");
    CHECK(Tools({(directory.path() / "links/bin").string()}).locate("iree-compile").path == native);
  }
}

TEST_CASE("anything else of that name is taken as it is") {
  const TemporaryDirectory directory;
  directory.write_program(native_compiler, "ELF");
  const std::string bin = (directory.path() / "venv/bin").string();
  const std::string interpreter = bin + "/python3";
  std::string content;
  SUBCASE("a recording script") {
    content = with_interpreter("/bin/sh", "echo \"$@\" >> log\n");
  }
  SUBCASE("a text that is no script") {
    content = std::string(compiler_wrapper);
  }
  SUBCASE("a script that imports something else") {
    content = with_interpreter(interpreter, "from iree.compiler.tools import main\n");
  }
  SUBCASE("a long script") {
    content = with_interpreter(interpreter, compiler_wrapper) + std::string(2000, '#');
  }
  const auto path = directory.write_program("venv/bin/iree-compile", content);
  CHECK(Tools({bin}).locate("iree-compile").path == path);
}

TEST_CASE("a wrapper is taken as it is when its native program is missing or ambiguous") {
  const TemporaryDirectory directory;
  const std::string bin = (directory.path() / "venv/bin").string();
  const auto wrapper = directory.write_program(
      "venv/bin/iree-compile", with_interpreter(bin + "/python3", compiler_wrapper));
  CHECK(Tools({bin}).locate("iree-compile").path == wrapper);

  directory.write_program(native_compiler, "ELF");
  directory.write_program("venv/lib/python3.12/site-packages/iree/compiler/_mlir_libs/iree-compile",
                          "ELF");
  CHECK(Tools({bin}).locate("iree-compile").path == wrapper);
}

TEST_CASE("the files that decide what the compiler makes") {
  const TemporaryDirectory directory;
  const std::string root = directory.path().string();
  const auto compiler = directory.write_program("libs/iree-compile", "ELF");
  CHECK(ProgramChain(compiler).compiler_files("rocm") == Texts{compiler});

  const auto library = directory.write("libs/libIREECompiler.so", "ELF");
  const auto linker = directory.write("libs/iree-lld", "ELF");
  const auto second = directory.write("libs/iree_platform_libs/rocm/ocml.bc", "BC");
  const auto first = directory.write("libs/iree_platform_libs/rocm/ockl.bc", "BC");
  CHECK(ProgramChain(compiler).program_files() == Texts{compiler, library});
  CHECK(ProgramChain(compiler).compiler_files("llvm-cpu") == Texts{compiler, library, linker});
  CHECK(ProgramChain(compiler).compiler_files("rocm") ==
        Texts{compiler, library, linker, first, second});

  SUBCASE("beside the program that a link leads to") {
    fs::create_directories(directory.path() / "tools");
    fs::create_symlink(compiler, directory.path() / "tools/iree-compile");
    const std::string link = root + "/tools/iree-compile";
    CHECK(ProgramChain(link).program_files() == Texts{link, library});
  }
}

TEST_CASE("in a source build's tree the library lies in lib/") {
  const TemporaryDirectory directory;
  const auto compiler = directory.write_program("build/tools/iree-compile", "ELF");
  const auto library = directory.write("build/lib/libIREECompiler.so", "ELF");
  CHECK(ProgramChain(compiler).program_files() == Texts{compiler, library});
}

TEST_CASE("a wheel tells the version of its programs") {
  const TemporaryDirectory directory;
  const auto program = directory.write_program("libs/iree-run-module", "ELF");
  CHECK(iree::wheel_version(program).empty());
  directory.write("libs/version.py",
                  "# Made.\nPACKAGE_SUFFIX = \"\"\nVERSION = \"3.13.0\"\n"
                  "REVISIONS = {\"IREE\": \"89ece87b\"}\n");
  CHECK(iree::wheel_version(program) == "3.13.0 @ 89ece87b");
}

}  // namespace
}  // namespace sharkreg::tests
