// SPDX-License-Identifier: Apache-2.0
// The pinned compiler of the set-up, asked for real: its list of flags is understood, and the
// published models, as regression_tests/ has them, need neither --flag-compat nor a note.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdio.h>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "cpu/backend.h"
#include "iree_support.h"
#include "rocm/backend.h"

namespace sharkreg::tests {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using Texts = std::vector<std::string>;

const std::string tools = std::string(SHARKREG_SOURCE_DIR) + "/build/tools";

std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  std::string buffer(65536, '\0');
  for (std::size_t size; (size = ::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    output.append(buffer, 0, size);
  }
  CHECK(::pclose(pipe) == 0);
  return output;
}

// A host that knows what the pinned compiler answers.
struct RealCompiler {
  FakeHost host;
  Configuration configuration{{}, {tools}};

  RealCompiler() {
    REQUIRE_MESSAGE(fs::exists(tools + "/iree-compile"), "run cmake/setup.sh first");
    // By a variable, since a path may hold whatever a shell would take for its own.
    ::setenv("COMPILER", (tools + "/iree-compile").c_str(), 1);
    for (const char* question : {"--help-hidden", "--version"}) {
      host.answers[question] = {0, output_of(std::string("\"$COMPILER\" ") + question), ""};
    }
  }
};

json::object read_model(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str()).as_object();
}

// A compile of the model that tolerates no flag but those that the compiler knows.
CompileRequest strict_request(const json::object& model, const std::string& backend) {
  CompileRequest request;
  request.flag_compatibility = FlagCompatibility::strict;
  request.program = {"program", "model.mlir", "mlir"};
  request.pipeline_program = RequestArtifact{"pipeline_program", "pipeline.mlir", "mlir"};
  if (const json::value* flags = model.if_contains(backend + "_compiler_flags")) {
    request.compiler_flags = json::value_to<Texts>(*flags);
  }
  if (const json::value* flags = model.if_contains(backend + "_pipeline_compiler_flags")) {
    request.pipeline_compiler_flags = json::value_to<Texts>(*flags);
  }
  return request;
}

TEST_CASE("the pinned compiler's flags and version are read") {
  RealCompiler compiler;
  const auto list = iree::FlagList::parse(compiler.host.answers["--help-hidden"].standard_output);
  REQUIRE(list);
  CHECK(list->size() > 2400);
  CHECK(list->knows("iree-rocm-target"));
  CHECK(list->takes_value("iree-rocm-target"));
  CHECK_FALSE(list->knows("iree-hip-target"));
  rocm::Backend backend(compiler.configuration, compiler.host);
  const Probe probe = backend.probe({false});
  REQUIRE(probe.tools.size() == 3);
  for (const Tool& tool : probe.tools) {
    CAPTURE(tool.name);
    CHECK(tool.version.starts_with("3.13.0"));
  }
}

TEST_CASE("the published models fit the pinned compiler as they are") {
  RealCompiler compiler;
  cpu::Backend cpu(compiler.configuration, compiler.host);
  rocm::Backend rocm(compiler.configuration, compiler.host);
  cpu.probe({false});
  rocm.probe({false});
  int models = 0;
  for (const char* folder : {"sdxl", "sd3"}) {
    const fs::path directory = fs::path(SHARKREG_SOURCE_DIR) / "regression_tests" / folder;
    for (const auto& entry : fs::directory_iterator(directory)) {
      CAPTURE(entry.path().string());
      const json::object model = read_model(entry.path());
      CHECK(cpu.plan_compile(strict_request(model, "cpu")).notes.empty());
      CHECK(rocm.plan_compile(strict_request(model, "rocm")).notes.empty());
      ++models;
    }
  }
  CHECK(models == 10);
}

}  // namespace
}  // namespace sharkreg::tests
