// The backend "@NAME@". Its compiler and its machine are a shell, so that all of this works at once:
// a program is a script that copies its inputs into its outputs. Put your tools in its place.
#include <sharkreg/plugin.h>

using namespace sharkreg;

class @CLASS@ final : public Backend {
 public:
  BackendDescription describe() const override {
    BackendDescription description;
    description.program_formats = {"sh"};  // "programs": {"sh": …} in model files
    return description;
  }

  // What is here. Without a device, say in `looked_for` what was missing where.
  Probe probe(const ProbeRequest& request) override {
    Probe probe;
    if (request.devices) probe.devices.push_back({"@NAME@-0", "the shell of this machine"});
    return probe;
  }

  // Actions are data: the host starts them. in() and out() stand for paths that it chooses.
  CompilePlan plan_compile(const CompileRequest& request) override {
    if (request.pipeline_program) {
      throw Failure(Failure::Kind::invalid, "@NAME@ has no pipeline programs");
    }
    Action compile;
    compile.name = "compile";
    compile.program = "/bin/sh";
    compile.arguments = {"-c", "sh -n \"$1\" && cp \"$1\" \"$2\"", "compile",
                         in(request.program.id), out("module")};
    compile.environment = {{"PATH", std::nullopt}};  // the user's; nothing else is passed on
    compile.outputs = {{"module", "module." + request.tag + ".sh"}};
    return {{compile}, {}};
  }

  RunPlan plan_run(const RunRequest& request) override {
    RunPlan plan;
    Action run;
    run.name = "run";
    run.program = "/bin/sh";
    run.arguments = {in("module")};
    run.environment = {{"PATH", std::nullopt}};
    run.device_count = 1;
    for (const RunInput& input : request.inputs) {
      if (input.file) run.arguments.push_back(in(input.file->id));
    }
    for (std::size_t i = 0; i < request.expectations.size(); ++i) {
      const auto& expected = request.expectations[i].file;
      const std::string id = "output_" + std::to_string(i);
      run.arguments.push_back(out(id));
      run.outputs.push_back({id, id + ".npy"});
      if (expected) {
        plan.results.push_back({id, id, "npy", expected->id, "iree_threshold",
                                request.threshold_arguments, static_cast<std::int64_t>(i)});
      }
    }
    plan.actions = {run};
    return plan;
  }

  // What a failed action means, in one sentence for people.
  Classification classify(const FailureReport& report) override {
    const std::string& said = report.standard_error;
    return {report.compiling ? FailureKind::compile_error : FailureKind::run_error,
            said.empty() ? "the shell gave no reason" : said.substr(0, said.find('\n'))};
  }
};

SHARKREG_PLUGIN("@NAME@", "0.1.0", backend<@CLASS@>("@NAME@"))
