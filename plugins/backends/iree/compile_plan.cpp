// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <optional>

#include "iree/backend.h"
#include "iree/text.h"

namespace sharkreg::iree {
namespace {

// Variables by which the compiler finds a linker other than its own.
const std::vector<std::string> linker_variables{"IREE_LLVM_EMBEDDED_LINKER_PATH",
                                                "IREE_LLVM_SYSTEM_LINKER_PATH"};

// A flag that makes the compiler write something besides its output, judged by its name.
bool writes_files(std::string_view name) {
  return contains(name, "dump") || contains(name, "output") || contains(name, "save") ||
         name.ends_with("-to");
}

// Flags may name files by absolute path. What is read decides the result; what is written, or is
// not there yet, lies outside of what can be cached.
void consider_paths(const std::vector<std::string>& arguments, Action& action) {
  std::string name;
  for (const auto& argument : arguments) {
    std::string path = argument;
    if (const auto flag = parse_flag(argument)) {
      name = flag->name;
      path = flag->value.value_or("");
    }
    if (!path.starts_with('/')) continue;
    std::error_code error;
    if (!writes_files(name) && std::filesystem::is_regular_file(path, error)) {
      action.content_files.push_back(path);
    } else {
      action.cacheable = false;
    }
  }
}

// The last value that is given of a flag, or what it is without one.
std::string value_of(const std::vector<std::string>& arguments, std::string_view name,
                     std::string otherwise) {
  std::string value = std::move(otherwise);
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const auto flag = parse_flag(arguments[at]);
    if (!flag || flag->name != name) continue;
    value = flag->value ? *flag->value : at + 1 < arguments.size() ? arguments[at + 1] : "";
  }
  return value;
}

// The compiler evaluates constants on the processor that it runs on, for whatever target, unless it
// is told not to; and takes that processor for the target if it is told so. Only where both are
// excluded its result cannot depend on the machine.
bool is_host_independent(const std::vector<std::string>& arguments,
                         const std::string& target_backend) {
  const std::string evaluates = value_of(arguments, "iree-opt-const-eval", "true");
  if (evaluates != "false" && evaluates != "0") return false;
  for (const std::string& argument : arguments) {
    if (contains(argument, "host")) return false;
  }
  return target_backend != "llvm-cpu" ||
         !value_of(arguments, "iree-llvmcpu-target-cpu", "").empty();
}

// Whether the compiler is told to link by a program that it has to look for along PATH, so that
// nobody knows which one that is.
bool looks_for_linker(const std::vector<std::string>& arguments) {
  const std::string embedded = value_of(arguments, "iree-llvmcpu-link-embedded", "true");
  return embedded == "false" || embedded == "0";
}

// What the compiler gets of the user's environment. All of it decides whether a cached result is used
// again, so what cannot matter would keep users and machines from sharing any. A native program needs no
// HOME. It looks along PATH for a linker alone, if its own is not meant. Its temporary files may lie
// where it works, by a name that is the same everywhere. A script may need anything.
std::vector<EnvironmentVariable> compiler_environment(const std::optional<ProgramChain>& compiler,
                                                      const std::vector<std::string>& arguments) {
  if (!compiler || !compiler->is_native()) return passed_on(common_variables);
  std::vector<EnvironmentVariable> variables{{"TMPDIR", "."}, {"LD_LIBRARY_PATH", std::nullopt}};
  if (!compiler->has_own_linker() || looks_for_linker(arguments)) {
    variables.push_back({"PATH", std::nullopt});
  }
  return variables;
}

void append(std::vector<Argument>& arguments, const std::vector<std::string>& texts) {
  arguments.insert(arguments.end(), texts.begin(), texts.end());
}

std::string hint_for(const RewrittenFlags& problems) {
  std::string hint = "correct the model file";
  if (problems.renaming_helps) hint += ", or have flags renamed by --flag-compat=rename";
  if (problems.dropping_helps) {
    hint += ", or leave out what has no successor by --flag-compat=drop";
  }
  return hint;
}

}  // namespace

CompilePlan Backend::plan_compile(const CompileRequest& request) {
  CompilePlan plan;
  RewrittenFlags problems;
  const auto flags = fit_flags(request.compiler_flags, hardware_.name + "_compiler_flags", request,
                               plan, problems);
  plan.actions.push_back(compile_action(
      request, {"compile", "program", "module", "model." + request.tag + ".vmfb", true}, flags));

  if (request.pipeline_program) {
    std::vector<std::string> pipeline_flags;
    if (request.pipeline_compiler_flags) {
      pipeline_flags =
          fit_flags(*request.pipeline_compiler_flags, hardware_.name + "_pipeline_compiler_flags",
                    request, plan, problems);
    } else if (hardware_.pipeline_inherits_flags) {
      pipeline_flags = flags;
    }
    plan.actions.push_back(
        compile_action(request,
                       {"compile_pipeline", "pipeline_program", "pipeline_module",
                        "pipeline_model." + request.tag + ".vmfb", false},
                       pipeline_flags));
  }

  if (!problems.problems.empty()) {
    throw Failure(Failure::Kind::invalid,
                  request.case_name + ": " + joined(problems.problems, "; and "),
                  hint_for(problems));
  }
  return plan;
}

std::vector<std::string> Backend::fit_flags(const std::vector<std::string>& flags,
                                            const std::string& field, const CompileRequest& request,
                                            CompilePlan& plan, RewrittenFlags& problems) const {
  if (!flags_) return flags;
  std::string compiler = "iree-compile";
  // The number alone; the commit would drown the sentence.
  if (!compiler_version_.empty()) compiler += " " + split(compiler_version_, ' ').front();
  RewrittenFlags fitted = rewrite_flags(
      flags, field, {*flags_, hardware_.flag_changes, request.flag_compatibility, compiler});
  plan.notes.insert(plan.notes.end(), fitted.notes.begin(), fitted.notes.end());
  problems.problems.insert(problems.problems.end(), fitted.problems.begin(), fitted.problems.end());
  problems.dropping_helps |= fitted.dropping_helps;
  problems.renaming_helps |= fitted.renaming_helps;
  return std::move(fitted.flags);
}

std::string Backend::target_flag(const std::string& target) const {
  const auto& names = hardware_.target_flags;
  if (names.empty() || target.empty()) return {};
  const auto known = std::ranges::find_if(
      names, [&](const std::string& name) { return flags_ && flags_->knows(name); });
  return "--" + (known == names.end() ? names.front() : *known) + "=" + target;
}

Action Backend::compile_action(const CompileRequest& request, const CompiledFile& file,
                               const std::vector<std::string>& flags) const {
  const LocatedTool compiler = tools_.locate("iree-compile");
  std::optional<ProgramChain> chain;
  if (compiler.found()) chain.emplace(compiler.path);
  Action action = tool_action(file.action, compiler);
  action.outputs = {{file.output, file.file_name}};
  action.arguments = {"-o", out(file.output), in(file.program)};
  append(action.arguments, flags);
  action.arguments.emplace_back("--iree-hal-target-backends=" + hardware_.target_backend);
  const std::string target = target_flag(request.target);
  if (!target.empty()) action.arguments.emplace_back(target);
  if (file.tuned && request.tuner_file) {
    action.arguments.emplace_back("--iree-codegen-transform-dialect-library=",
                                  in(request.tuner_file->id));
  }
  append(action.arguments, request.extra_arguments);
  // Of LLVM's threads in the compiler: what they write is the same.
  action.serial_arguments = {"--mlir-disable-threading"};

  action.cacheable = true;
  std::vector<std::string> all = flags;
  all.insert(all.end(), request.extra_arguments.begin(), request.extra_arguments.end());
  action.host_independent = is_host_independent(all, hardware_.target_backend);
  action.environment = compiler_environment(chain, all);
  const auto system_linker = host_.environment("IREE_LLVM_SYSTEM_LINKER_PATH");
  if (looks_for_linker(all) && (!system_linker || system_linker->empty())) {
    action.cacheable = false;
  }
  if (chain) {
    if (chain->hides_something()) action.cacheable = false;
    action.content_files = chain->compiler_files(hardware_.target_backend);
  }
  for (const auto& variable : linker_variables) {
    action.environment.push_back({variable, std::nullopt});
    if (const auto linker = host_.environment(variable); linker && !linker->empty()) {
      action.content_files.push_back(*linker);
    }
  }
  consider_paths(flags, action);
  consider_paths(request.extra_arguments, action);
  return action;
}

}  // namespace sharkreg::iree
