// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "cpu/backend.h"
#include "iree_support.h"
#include "rocm/backend.h"

namespace sharkreg::tests {
namespace {

using Texts = std::vector<std::string>;

// A directory with an iree-compile, and a host that knows what it says.
struct Scene {
  TemporaryDirectory directory;
  FakeHost host;
  std::string compiler = directory.write_program("tools/iree-compile", "ELF");
  Configuration configuration{{}, {(directory.path() / "tools").string()}};

  Probe probe(bool devices = false) {
    rocm::Backend backend(configuration, host);
    return backend.probe({devices});
  }
};

TEST_CASE("the compiler is asked once for its flags and once for its version") {
  Scene scene;
  const auto library = scene.directory.write("tools/libIREECompiler.so", "ELF");
  scene.host.answers["--help-hidden"] = {0, std::string(help_of_today), ""};
  scene.host.answers["--version"] = {0, std::string(version_of_today), ""};
  const Probe probe = scene.probe();
  CHECK(scene.host.questions ==
        std::vector<Texts>{{scene.compiler, "--help-hidden"}, {scene.compiler, "--version"}});
  CHECK(scene.host.content_files[0] == Texts{scene.compiler, library});
  CHECK(probe.notes.empty());
  REQUIRE(probe.tools.size() == 1);
  CHECK(probe.tools[0].name == "iree-compile");
  CHECK(probe.tools[0].path == scene.compiler);
  CHECK(probe.tools[0].version == "3.13.0rc20261016 @ 89ece87b89852100c0a4ac3d515e14842d090967");
}

TEST_CASE("a compiler that lists no flags is not asked for more") {
  Scene scene;
  scene.host.answers["--help-hidden"] = {0, "", ""};
  const Probe probe = scene.probe();
  CHECK(scene.host.questions.size() == 1);
  CHECK(probe.notes ==
        Texts{scene.compiler + " does not list its flags; flags are passed on as they are"});
  REQUIRE(probe.tools.size() == 1);
  CHECK(probe.tools[0].version.empty());
}

TEST_CASE("a compiler that does not answer is noted") {
  Scene scene;
  CHECK(scene.probe().notes == Texts{scene.compiler + " did not answer in time; flags are passed "
                                                      "on as they are"});
}

TEST_CASE("flags are kept when only the version cannot be had") {
  Scene scene;
  scene.host.answers["--help-hidden"] = {0, std::string(help_of_today), ""};
  rocm::Backend backend(scene.configuration, scene.host);
  CHECK(backend.probe({false}).notes == Texts{scene.compiler + " did not answer in time"});
  CompileRequest request;
  request.compiler_flags = {"--iree-hip-waves-per-eu=2"};
  CHECK(backend.plan_compile(request).notes.size() == 1);
}

TEST_CASE("without a compiler there is nothing to ask") {
  FakeHost host;
  cpu::Backend backend({{}, {"/nowhere"}}, host);
  const Probe probe = backend.probe({false});
  CHECK(host.questions.empty());
  CHECK(probe.tools.empty());
  CHECK(probe.devices.empty());
}

TEST_CASE("the runtime's programs are listed with the version of their wheel") {
  Scene scene;
  scene.host.answers["--help-hidden"] = {0, "", ""};
  const auto runner = scene.directory.write_program("tools/iree-run-module", "ELF");
  scene.directory.write("tools/version.py", "#\nVERSION = \"3.13.0\"\n");
  const Probe probe = scene.probe();
  REQUIRE(probe.tools.size() == 2);
  CHECK(probe.tools[1].name == "iree-run-module");
  CHECK(probe.tools[1].path == runner);
  CHECK(probe.tools[1].version == "3.13.0");
}

TEST_CASE("the processors are one device, always there") {
  FakeHost host;
  cpu::Backend backend({}, host);
  const Probe probe = backend.probe({true});
  REQUIRE(probe.devices.size() == 1);
  CHECK(probe.devices[0].id == "host");
  CHECK_FALSE(probe.devices[0].name.empty());
  CHECK(probe.devices[0].usable);
  CHECK(probe.devices[0].target.empty());
  CHECK(probe.looked_for.empty());
}

TEST_CASE("what the backends say of themselves, made from nothing") {
  FakeHost host;
  const BackendDescription cpu_description = cpu::Backend({}, host).describe();
  CHECK(cpu_description.program_formats == Texts{"mlir"});
  CHECK(cpu_description.weight_formats == Texts{"irpa", "gguf", "safetensors"});
  CHECK(cpu_description.options.empty());
  CHECK(cpu_description.target_option.empty());
  CHECK_FALSE(cpu_description.takes_tuner_file);

  const BackendDescription rocm_description = rocm::Backend({}, host).describe();
  CHECK(rocm_description.target_option == "rocm-chip");
  CHECK(rocm_description.takes_tuner_file);
  REQUIRE(rocm_description.options.size() == 2);
  CHECK(rocm_description.options[0].name == "rocm-chip");
  CHECK(rocm_description.options[0].default_value == "gfx942");
  CHECK_FALSE(rocm_description.options[0].repeatable);
  CHECK(rocm_description.options[1].name == "rocm-root");
  CHECK(rocm_description.options[1].default_value == "/");
}

}  // namespace
}  // namespace sharkreg::tests
