// SPDX-License-Identifier: Apache-2.0
#include "backend.h"

#include <dlfcn.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <sstream>

namespace onnxruntime_backend {
namespace {

namespace fs = std::filesystem;
using namespace sharkreg;

// What onnxruntime_tool.py exits with; see there.
constexpr int refused = 10;
constexpr int run_failed = 11;
constexpr int wrong_result = 12;

std::string directory_of_this_library() {
  static const char anchor = 0;
  Dl_info information{};
  if (::dladdr(&anchor, &information) == 0) return {};
  return fs::absolute(information.dli_fname).parent_path();
}

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \n");
  return begin == std::string::npos ? ""
                                    : text.substr(begin, text.find_last_not_of(" \n") - begin + 1);
}

// The last line that is not empty: Python writes what went wrong last.
std::string last_line(const std::string& text) {
  const std::string whole = trimmed(text);
  return whole.substr(whole.rfind('\n') + 1);
}

}  // namespace

Backend::Backend(const Configuration& configuration, const Host& host)
    : host_(host),
      tool_(directory_of_this_library() + "/onnxruntime_tool.py"),
      python_(configuration.option("onnxruntime-python")) {
  if (python_.empty()) {
    python_ = find_python();
  } else if (!fs::path(python_).is_absolute()) {
    throw Failure(Failure::Kind::invalid,
                  "--onnxruntime-python=" + python_ + " is no absolute path");
  }
}

BackendDescription Backend::describe() const {
  BackendDescription description;
  description.program_formats = {"onnx"};
  description.options = {{"onnxruntime-python", OptionDeclaration::Type::text, "", "FILE",
                          "a Python that has the package onnxruntime; else python3 along PATH",
                          false}};
  return description;
}

std::string Backend::find_python() const {
  std::istringstream path(host_.environment("PATH").value_or(""));
  for (std::string directory; std::getline(path, directory, ':');) {
    const std::string candidate = directory + "/python3";
    if (fs::path(candidate).is_absolute() && ::access(candidate.c_str(), X_OK) == 0)
      return candidate;
  }
  return {};
}

std::vector<std::string> Backend::content_files() const {
  std::vector<std::string> files = {python_, tool_};
  // The package names its version in this file, in a virtual environment and in the system's Python.
  std::error_code error;
  for (fs::directory_iterator at(fs::path(python_).parent_path().parent_path() / "lib", error), end;
       !error && at != end; at.increment(error)) {
    for (const char* packages : {"site-packages", "dist-packages"}) {
      const fs::path file = at->path() / packages / "onnxruntime/__init__.py";
      std::error_code ignored;
      if (fs::is_regular_file(file, ignored)) files.push_back(file);
    }
  }
  return files;
}

Probe Backend::probe(const ProbeRequest& request) {
  Probe probe;
  if (python_.empty()) {
    probe.looked_for.push_back("no python3 along PATH; name one with --onnxruntime-python");
    return probe;
  }
  std::string problem;
  try {
    const ToolAnswer answer = host_.ask_tool({python_, "-I", tool_, "version"}, content_files(),
                                             std::chrono::seconds(30));
    if (answer.exit_status == 0) {
      probe.tools.push_back({"onnxruntime", python_, trimmed(answer.standard_output)});
    } else {
      problem = python_ + ": " + last_line(answer.standard_error);
    }
  } catch (const Failure& failure) {
    problem = failure.what();
  }
  if (!problem.empty()) {
    probe.looked_for.push_back(problem);
  } else if (request.devices) {
    probe.devices.push_back({"cpu", "ONNX Runtime " + probe.tools.front().version + ", CPU"});
  }
  return probe;
}

Action Backend::action(const std::string& name) const {
  Action action;
  action.name = name;
  action.program = python_.empty() ? "python3" : python_;
  if (python_.empty())
    action.program_missing = "no python3 along PATH; name one with --onnxruntime-python";
  action.arguments = {"-I", tool_, name};
  action.environment = {
      {"PATH", std::nullopt}, {"HOME", std::nullopt}, {"OMP_NUM_THREADS", std::nullopt}};
  action.content_files = {tool_};
  return action;
}

CompilePlan Backend::plan_compile(const CompileRequest& request) {
  if (request.pipeline_program) {
    throw Failure(Failure::Kind::unsupported,
                  request.case_name + ": onnxruntime has no pipeline programs");
  }
  Action compile = action("compile");
  compile.arguments.insert(compile.arguments.end(), {in(request.program.id), out("module")});
  for (const std::string& flag : request.compiler_flags) compile.arguments.emplace_back(flag);
  for (const std::string& flag : request.extra_arguments) compile.arguments.emplace_back(flag);
  compile.outputs = {{"module", "model." + request.tag + ".onnx"}};
  return {{compile}, {}};
}

RunPlan Backend::plan_run(const RunRequest& request) {
  Action run = action("run");
  run.arguments.emplace_back(in("module"));
  for (const RunInput& input : request.inputs) {
    if (!input.file) {
      throw Failure(Failure::Kind::unsupported,
                    request.case_name + ": onnxruntime takes inputs from files only");
    }
    run.arguments.emplace_back("--input=" + input.value + "=", in(input.file->id));
  }
  for (const std::string& flag : request.extra_arguments) run.arguments.emplace_back(flag);
  run.device_count = 1;
  RunPlan plan;
  for (std::size_t index = 0; index < request.expectations.size(); ++index) {
    const std::string id = "output_" + std::to_string(index);
    run.arguments.emplace_back("--output=", out(id));
    run.outputs.push_back({id, id + ".npy"});
    if (const auto& expected = request.expectations[index].file) {
      plan.results.push_back({id, id, "npy", expected->id, "iree_threshold",
                              request.threshold_arguments, static_cast<std::int64_t>(index)});
    }
  }
  plan.actions = {run};
  return plan;
}

Classification Backend::classify(const FailureReport& report) {
  const std::string said = last_line(report.standard_error);
  const std::string sentence = said.empty() ? "ONNX Runtime gave no reason" : said;
  switch (report.exit_status) {
    case refused:
      return {FailureKind::compile_error, sentence};
    case run_failed:
      return {FailureKind::run_error, sentence};
    case wrong_result:
      return {FailureKind::wrong_result, sentence};
    default:
      return {FailureKind::infrastructure, sentence};
  }
}

}  // namespace onnxruntime_backend

SHARKREG_PLUGIN("onnxruntime", "1.0",
                sharkreg::backend<onnxruntime_backend::Backend>("onnxruntime"))
