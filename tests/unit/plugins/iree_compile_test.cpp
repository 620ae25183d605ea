// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <doctest/doctest.h>

#include "cpu/backend.h"
#include "iree_support.h"
#include "rocm/backend.h"

namespace sharkreg::tests {
namespace {

using Texts = std::vector<std::string>;

CompileRequest request_for(const std::string& tag, const std::string& target = {}) {
  CompileRequest request;
  request.case_name = "sdxl/clip";
  request.target = target;
  request.tag = tag;
  request.program = {"program", "model.mlir", "mlir"};
  return request;
}

CompileRequest rocm_request() {
  return request_for("rocm_gfx942", "gfx942");
}

// A rocm backend whose compiler lists its flags like this one.
struct Probed {
  TemporaryDirectory directory;
  FakeHost host;
  std::string compiler = directory.write_program("iree-compile", "ELF");
  rocm::Backend backend{{{}, {directory.path().string()}}, host};

  explicit Probed(std::string_view help) {
    host.answers["--help-hidden"] = {0, std::string(help), ""};
    host.answers["--version"] = {0, std::string(version_of_today), ""};
    backend.probe({false});
  }

  Texts arguments(const CompileRequest& request) {
    return shown(backend.plan_compile(request).actions.at(0).arguments);
  }
};

bool has(const Texts& texts, const std::string& text) {
  return std::ranges::find(texts, text) != texts.end();
}

TEST_CASE("a compile for the processor") {
  FakeHost host;
  cpu::Backend backend({{}, {"/nowhere"}}, host);
  CompileRequest request = request_for("cpu");
  request.compiler_flags = {"--iree-opt-const-eval=false"};
  request.extra_arguments = {"--mlir-timing"};
  const CompilePlan plan = backend.plan_compile(request);
  REQUIRE(plan.actions.size() == 1);
  const Action& action = plan.actions[0];
  CHECK(action.name == "compile");
  CHECK(action.program == "iree-compile");
  CHECK(action.program_missing.find("/nowhere") != std::string::npos);
  CHECK(shown(action.arguments) == Texts{"-o", "{out:module}", "{in:program}",
                                         "--iree-opt-const-eval=false",
                                         "--iree-hal-target-backends=llvm-cpu", "--mlir-timing"});
  REQUIRE(action.outputs.size() == 1);
  CHECK(action.outputs[0].id == "module");
  CHECK(action.outputs[0].file_name == "model.cpu.vmfb");
  CHECK(action.cacheable);
  CHECK(action.cpu_slots == 1);
  CHECK(action.device_count == 0);
  CHECK(action.content_files.empty());
}

TEST_CASE("a compile for a chip, with a tuner file, as an unknown compiler gets it") {
  FakeHost host;
  rocm::Backend backend({}, host);
  CompileRequest request = rocm_request();
  request.compiler_flags = {"--iree-hip-waves-per-eu=2", "--no-such-flag"};
  request.tuner_file = RequestArtifact{"tuner_file", "spec.mlir", "mlir"};
  request.extra_arguments = {"--mlir-timing"};
  const CompilePlan plan = backend.plan_compile(request);
  CHECK(shown(plan.actions.at(0).arguments) ==
        Texts{"-o", "{out:module}", "{in:program}", "--iree-hip-waves-per-eu=2", "--no-such-flag",
              "--iree-hal-target-backends=rocm", "--iree-rocm-target=gfx942",
              "--iree-codegen-transform-dialect-library={in:tuner_file}", "--mlir-timing"});
  CHECK(plan.notes.empty());
}

TEST_CASE("the target is written as the compiler calls it") {
  CHECK(has(Probed(help_of_today).arguments(rocm_request()), "--iree-rocm-target=gfx942"));
  CHECK(has(Probed(help_of_2025).arguments(rocm_request()), "--iree-hip-target=gfx942"));
  CHECK(has(Probed(help_of_2024).arguments(rocm_request()), "--iree-rocm-target-chip=gfx942"));
}

TEST_CASE("a pipeline program is a second action, without the tuner file") {
  FakeHost host;
  CompileRequest request = rocm_request();
  request.pipeline_program = RequestArtifact{"pipeline_program", "pipeline.mlir", "mlir"};
  request.tuner_file = RequestArtifact{"tuner_file", "spec.mlir", "mlir"};
  request.compiler_flags = {"--iree-of-the-program"};
  request.extra_arguments = {"--mlir-timing"};
  const Texts head{"-o", "{out:pipeline_module}", "{in:pipeline_program}"};

  rocm::Backend rocm({}, host);
  const CompilePlan plan = rocm.plan_compile(request);
  REQUIRE(plan.actions.size() == 2);
  const Action& pipeline = action_named(plan.actions, "compile_pipeline");
  REQUIRE(pipeline.outputs.size() == 1);
  CHECK(pipeline.outputs[0].id == "pipeline_module");
  CHECK(pipeline.outputs[0].file_name == "pipeline_model.rocm_gfx942.vmfb");
  CHECK(shown(pipeline.arguments) == Texts{head[0], head[1], head[2],
                                           "--iree-hal-target-backends=rocm",
                                           "--iree-rocm-target=gfx942", "--mlir-timing"});

  SUBCASE("with flags of its own") {
    request.pipeline_compiler_flags = Texts{"--verify=false"};
    const auto answer = rocm.plan_compile(request);
    CHECK(has(shown(answer.actions[1].arguments), "--verify=false"));
    CHECK_FALSE(has(shown(answer.actions[1].arguments), "--iree-of-the-program"));
  }
  SUBCASE("on the processor with the program's flags") {
    cpu::Backend cpu({}, host);
    const auto answer = cpu.plan_compile(request);
    CHECK(has(shown(answer.actions[1].arguments), "--iree-of-the-program"));
    request.pipeline_compiler_flags = Texts{};
    const auto empty = cpu.plan_compile(request);
    CHECK_FALSE(has(shown(empty.actions[1].arguments), "--iree-of-the-program"));
  }
}

TEST_CASE("flags of the past on today's compiler") {
  Probed probed(help_of_today);
  CompileRequest request = rocm_request();
  request.compiler_flags = {"--iree-hip-waves-per-eu=2", "--iree-llvmgpu-enable-prefetch=false",
                            "--iree-opt-const-eval=false"};
  const CompilePlan plan = probed.backend.plan_compile(request);
  CHECK(shown(plan.actions[0].arguments) ==
        Texts{"-o", "{out:module}", "{in:program}", "--iree-rocm-waves-per-eu=2",
              "--iree-llvmgpu-prefetch-num-stages=0", "--iree-opt-const-eval=false",
              "--iree-hal-target-backends=rocm", "--iree-rocm-target=gfx942"});
  REQUIRE(plan.notes.size() == 2);
  CHECK(plan.notes[0].text ==
        "rocm_compiler_flags: --iree-hip-waves-per-eu=2 is given to iree-compile "
        "3.13.0rc20261016 as --iree-rocm-waves-per-eu=2");
}

TEST_CASE("flags of today on a compiler of the past") {
  Probed probed(help_of_2025);
  CompileRequest request = rocm_request();
  request.compiler_flags = {"--iree-rocm-waves-per-eu=2", "--iree-llvmgpu-prefetch-num-stages=2"};
  const Texts arguments = probed.arguments(request);
  CHECK(has(arguments, "--iree-hip-waves-per-eu=2"));
  CHECK(has(arguments, "--iree-llvmgpu-enable-prefetch=true"));

  request.compiler_flags = {"--iree-llvmgpu-prefetch-num-stages=3"};
  const Failure failure = failure_of([&] { probed.backend.plan_compile(request); });
  CHECK(std::string(failure.what()).find("two stages or not at all") != std::string::npos);
}

TEST_CASE("what has no successor is refused by name, or left out if the user says so") {
  Probed probed(help_of_today);
  CompileRequest request = rocm_request();
  request.compiler_flags = {"--iree-llvmgpu-enable-prefetch",
                            "--iree-codegen-gpu-native-math-precision=true"};
  const Failure failure = failure_of([&] { probed.backend.plan_compile(request); });
  CHECK(failure.kind() == Failure::Kind::invalid);
  const std::string message = failure.what();
  CAPTURE(message);
  CHECK(
      message.starts_with("sdxl/clip: --iree-llvmgpu-enable-prefetch in rocm_compiler_flags is "
                          "not a flag of iree-compile 3.13.0rc20261016, "));
  CHECK(message.find("; nearest: --iree-llvmgpu-prefetch-num-stages") != std::string::npos);
  CHECK(message.find("; and --iree-codegen-gpu-native-math-precision=true") != std::string::npos);
  CHECK(failure.hint().find("--flag-compat=drop") != std::string::npos);

  request.flag_compatibility = FlagCompatibility::drop;
  const CompilePlan plan = probed.backend.plan_compile(request);
  CHECK(shown(plan.actions[0].arguments) == Texts{"-o", "{out:module}", "{in:program}",
                                                  "--iree-hal-target-backends=rocm",
                                                  "--iree-rocm-target=gfx942"});
  REQUIRE(plan.notes.size() == 2);
  CHECK(plan.notes[0].changes_result);
  CHECK(plan.notes[1].changes_result);
}

TEST_CASE("every unknown flag of both programs is named in one message") {
  Probed probed(help_of_today);
  CompileRequest request = rocm_request();
  request.pipeline_program = RequestArtifact{"pipeline_program", "pipeline.mlir", "mlir"};
  request.compiler_flags = {"--iree-rocm-waves-per-ue=2"};
  request.pipeline_compiler_flags = Texts{"--verifi=false"};
  request.flag_compatibility = FlagCompatibility::drop;
  const Failure failure = failure_of([&] { probed.backend.plan_compile(request); });
  CHECK(std::string(failure.what()) ==
        "sdxl/clip: --iree-rocm-waves-per-ue=2 in rocm_compiler_flags is not a flag of "
        "iree-compile 3.13.0rc20261016; nearest: --iree-rocm-waves-per-eu, "
        "--iree-rocm-target-features; "
        "and --verifi=false in rocm_pipeline_compiler_flags is not a flag of iree-compile "
        "3.13.0rc20261016; nearest: --verify");
  CHECK(failure.hint() == "correct the model file");
}

TEST_CASE("the user's own arguments are passed on untouched") {
  Probed probed(help_of_today);
  CompileRequest request = rocm_request();
  request.extra_arguments = {"--iree-hip-waves-per-eu=2", "--hidden-even-from-hidden"};
  const CompilePlan plan = probed.backend.plan_compile(request);
  CHECK(plan.notes.empty());
  CHECK(shown(plan.actions[0].arguments).back() == "--hidden-even-from-hidden");
}

TEST_CASE("the environment is listed, and linkers from it decide the result") {
  Probed probed(help_of_today);
  const std::string linker = probed.directory.write_program("my-lld", "ELF");
  probed.host.variables["IREE_LLVM_EMBEDDED_LINKER_PATH"] = linker;
  const Action action = probed.backend.plan_compile(rocm_request()).actions[0];
  CHECK(action.content_files == Texts{probed.compiler, linker});
  Texts names;
  for (const auto& variable : action.environment) {
    names.push_back(variable.name);
    CHECK_FALSE(variable.value);
  }
  CHECK(names == Texts{"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH",
                       "IREE_LLVM_EMBEDDED_LINKER_PATH", "IREE_LLVM_SYSTEM_LINKER_PATH"});
}

TEST_CASE("users with another HOME, PATH or TMPDIR share the results of a native compiler") {
  Probed probed(help_of_today);
  const auto environment_with = [&](const Texts& flags) {
    CompileRequest request = rocm_request();
    request.extra_arguments = flags;
    Texts texts;
    const Action action = probed.backend.plan_compile(request).actions[0];
    for (const auto& variable : action.environment) {
      texts.push_back(variable.name + (variable.value ? "=" + *variable.value : ""));
    }
    return texts;
  };
  const Texts linkers{"IREE_LLVM_EMBEDDED_LINKER_PATH", "IREE_LLVM_SYSTEM_LINKER_PATH"};
  const auto with_linkers = [&](Texts names) {
    names.insert(names.end(), linkers.begin(), linkers.end());
    return names;
  };
  const Texts script = with_linkers({"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"});
  const Texts searching = with_linkers({"TMPDIR=.", "LD_LIBRARY_PATH", "PATH"});
  CHECK(environment_with({}) == script);
  probed.directory.write_program("iree-compile",
                                 "\x7f"
                                 "ELF");
  CHECK(environment_with({}) == searching);
  probed.directory.write_program("iree-lld",
                                 "\x7f"
                                 "ELF");
  CHECK(environment_with({}) == with_linkers({"TMPDIR=.", "LD_LIBRARY_PATH"}));
  CHECK(environment_with({"--iree-llvmcpu-link-embedded=false"}) == searching);
}

TEST_CASE("a linker that is looked for along PATH makes a compile uncacheable") {
  Probed probed(help_of_today);
  CompileRequest request = rocm_request();
  request.extra_arguments = {"--iree-llvmcpu-link-embedded=false"};
  const auto cacheable = [&] { return probed.backend.plan_compile(request).actions[0].cacheable; };
  CHECK_FALSE(cacheable());
  probed.host.variables["IREE_LLVM_SYSTEM_LINKER_PATH"] =
      probed.directory.write_program("my-ld", "ELF");
  CHECK(cacheable());
  request.extra_arguments = {"--iree-llvmcpu-link-embedded=true"};
  probed.host.variables.clear();
  CHECK(cacheable());
}

TEST_CASE("absolute paths in flags: what is read counts, what is written cannot be cached") {
  FakeHost host;
  rocm::Backend backend({}, host);
  const TemporaryDirectory directory;
  const std::string file = directory.write("spec.mlir", "module {}");
  const auto action_for = [&](const Texts& flags) {
    CompileRequest request = rocm_request();
    request.compiler_flags = flags;
    return backend.plan_compile(request).actions[0];
  };

  const Action reading = action_for({"--iree-codegen-tuning-spec-path=" + file});
  CHECK(reading.cacheable);
  CHECK(reading.content_files == Texts{file});
  CHECK(action_for({"--iree-codegen-tuning-spec-path", file}).content_files == Texts{file});

  CHECK(action_for({"--iree-scheduling-dump-statistics-file=info.json"}).cacheable);
  CHECK_FALSE(action_for({"--iree-scheduling-dump-statistics-file=" + file}).cacheable);
  CHECK_FALSE(action_for({"--iree-hal-dump-executable-files-to=" + file}).cacheable);
  CHECK_FALSE(action_for({"--iree-codegen-tuning-spec-path=/nowhere/spec.mlir"}).cacheable);
}

TEST_CASE("a compile is bound to its machine unless constants and target cannot depend on it") {
  FakeHost host;
  cpu::Backend on_cpu({{}, {"/nowhere"}}, host);
  rocm::Backend on_rocm({{}, {"/nowhere"}}, host);
  const auto independent = [](Backend& backend, const Texts& flags) {
    CompileRequest request;
    request.case_name = "m/s";
    request.tag = "t";
    request.program = {"program", "program.mlir", "mlir"};
    request.compiler_flags = flags;
    return backend.plan_compile(request).actions.at(0).host_independent;
  };
  const std::string no_evaluation = "--iree-opt-const-eval=false";
  CHECK_FALSE(independent(on_rocm, {}));
  CHECK_FALSE(independent(on_rocm, {"--iree-opt-const-eval"}));
  CHECK(independent(on_rocm, {no_evaluation}));
  CHECK_FALSE(independent(on_rocm, {no_evaluation, "--iree-opt-const-eval=true"}));
  CHECK_FALSE(independent(on_cpu, {no_evaluation}));
  CHECK_FALSE(independent(on_cpu, {no_evaluation, "--iree-llvmcpu-target-cpu=host"}));
  CHECK_FALSE(independent(on_cpu, {"--iree-llvmcpu-target-cpu=generic"}));
  CHECK(independent(on_cpu, {no_evaluation, "--iree-llvmcpu-target-cpu=generic"}));
  CHECK_FALSE(independent(on_cpu, {no_evaluation, "--iree-llvmcpu-target-cpu=generic",
                                   "--iree-llvmcpu-target-cpu-features=host"}));
}

}  // namespace
}  // namespace sharkreg::tests
