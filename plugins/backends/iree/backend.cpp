// SPDX-License-Identifier: Apache-2.0
#include "iree/backend.h"

#include <chrono>

#include "iree/classify.h"
#include "iree/declarations.h"
#include "iree/text.h"

namespace sharkreg::iree {
namespace {

// A compiler answers in 0.05 s, a cold one with 336 MB of library to read in a few seconds.
constexpr std::chrono::seconds answer_limit{10};

// "IREE compiler version 3.13.0 @ COMMIT" among other lines.
std::string version_from(std::string_view answer) {
  for (const std::string_view line : lines_of(answer)) {
    constexpr std::string_view marker = "IREE compiler version ";
    const std::size_t start = line.find(marker);
    if (start != std::string_view::npos) {
      return std::string(trimmed(line.substr(start + marker.size())));
    }
  }
  return {};
}

}  // namespace

const std::vector<std::string> common_variables{"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"};

std::vector<EnvironmentVariable> passed_on(const std::vector<std::string>& names) {
  std::vector<EnvironmentVariable> variables;
  for (const auto& name : names) variables.push_back({name, std::nullopt});
  return variables;
}

Action tool_action(std::string name, const LocatedTool& tool) {
  Action action;
  action.name = std::move(name);
  action.program = tool.program();
  action.program_missing = tool.missing;
  action.environment = passed_on(common_variables);
  return action;
}

Backend::Backend(Hardware hardware, const Configuration& configuration, const Host& host)
    : hardware_(std::move(hardware)), host_(host), tools_(configuration.tool_directories) {}

BackendDescription Backend::describe() const {
  BackendDescription description;
  description.program_formats = {"mlir"};
  description.weight_formats = {"irpa", "gguf", "safetensors"};
  description.options = hardware_.options;
  description.target_option = hardware_.target_option;
  description.takes_tuner_file = hardware_.takes_tuner_file;
  return description;
}

Probe Backend::probe(const ProbeRequest& request) {
  Probe probe;
  const LocatedTool compiler = tools_.locate("iree-compile");
  if (compiler.found()) ask_compiler(compiler, probe);
  for (const char* name : {"iree-run-module", "iree-dump-module"}) {
    const LocatedTool tool = tools_.locate(name);
    if (tool.found()) probe.tools.push_back({name, tool.path, wheel_version(tool.path)});
  }
  if (request.devices) find_devices(probe);
  return probe;
}

void Backend::ask_compiler(const LocatedTool& compiler, Probe& probe) {
  flags_.reset();
  compiler_version_.clear();
  const std::string consequence = "; flags are passed on as they are";
  try {
    const ToolAnswer answer =
        host_.ask_tool({compiler.path, "--help-hidden"},
                       ProgramChain(compiler.path).program_files(), answer_limit);
    flags_ = FlagList::parse(answer.standard_output);
    if (flags_) compiler_version_ = ask_version(compiler);
    if (!flags_) probe.notes.push_back(compiler.path + " does not list its flags" + consequence);
  } catch (const Failure& failure) {
    probe.notes.push_back(failure.what() + (flags_ ? std::string() : consequence));
  }
  probe.tools.push_back({compiler.name, compiler.path, compiler_version_});
}

std::string Backend::ask_version(const LocatedTool& compiler) const {
  const ToolAnswer answer = host_.ask_tool(
      {compiler.path, "--version"}, ProgramChain(compiler.path).program_files(), answer_limit);
  return version_from(answer.standard_output);
}

Classification Backend::classify(const FailureReport& report) {
  if (report.stall) return classify_stall(report, hardware_.device);
  return report.compiling ? classify_compile(report) : classify_run(report, hardware_.device);
}

ExecuteAnswer Backend::execute(const ExecuteRequest& request) {
  if (request.action != read_declarations_action) return sharkreg::Backend::execute(request);
  return read_declarations(request);
}

}  // namespace sharkreg::iree
