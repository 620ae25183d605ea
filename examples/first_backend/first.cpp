// SPDX-License-Identifier: Apache-2.0
// The smallest backend that does something: a "program" is a shell script, which is compiled by
// checking its syntax, and run with the paths of its inputs and outputs.
#include <sharkreg/plugin.h>

using namespace sharkreg;

class First final : public Backend {
 public:
  BackendDescription describe() const override {
    BackendDescription description;
    description.program_formats = {"sh"};
    return description;
  }

  Probe probe(const ProbeRequest&) override {
    Probe probe;
    probe.devices.push_back({"shell", "the shell of this machine"});
    return probe;
  }

  // Nothing is started here: an action is what the host is to start, with in() and out() in the
  // place of paths.
  CompilePlan plan_compile(const CompileRequest& request) override {
    if (request.pipeline_program) throw Failure(Failure::Kind::invalid, "no pipeline programs");
    Action action =
        shell("compile", {"-c", "sh -n $0 && cp $0 $1", in(request.program.id), out("module")});
    action.outputs = {{"module", "module." + request.tag + ".sh"}};
    return {{action}, {}};
  }

  RunPlan plan_run(const RunRequest& request) override {
    Action action = shell("run", {in("module"), in("input_0"), out("output_0")});
    action.outputs = {{"output_0", "output_0.npy"}};
    RunPlan plan;
    plan.actions = {action};
    if (!request.expectations.empty() && request.expectations[0].file) {
      plan.results = {{"output_0", "output_0", "npy", "expected_0", "iree_threshold", {}, 0}};
    }
    return plan;
  }

  Classification classify(const FailureReport& report) override {
    return {report.compiling ? FailureKind::compile_error : FailureKind::run_error,
            "the shell said: " + report.standard_error};
  }

 private:
  static Action shell(std::string name, std::vector<Argument> arguments) {
    Action action;
    action.name = std::move(name);
    action.program = "/bin/sh";
    action.arguments = std::move(arguments);
    action.environment = {{"PATH", std::nullopt}};  // the user's
    return action;
  }
};

SHARKREG_PLUGIN("first", "1.0", backend<First>("first"))
