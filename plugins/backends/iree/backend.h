// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sharkreg/backend.h>
#include <sharkreg/host.h>

#include "iree/flag_list.h"
#include "iree/flag_rewriting.h"
#include "iree/tools.h"

namespace sharkreg::iree {

// What makes one kind of hardware differ from another in the eyes of IREE's tools.
struct Hardware {
  std::string name;            // of the backend: "rocm"; its flags stand in "rocm_compiler_flags"
  std::string target_backend;  // --iree-hal-target-backends=
  std::string device;          // --device= of a run

  // Flags that carry the target, without dashes, as compilers called them in turn, newest first.
  // Empty: targets have no names.
  std::vector<std::string> target_flags;
  std::string target_option;  // the option that names the targets
  std::vector<OptionDeclaration> options;

  bool takes_tuner_file = false;
  // Whether a pipeline program without flags of its own is compiled with those of the program.
  bool pipeline_inherits_flags = false;

  std::int64_t run_cpu_slots = 1;          // processors that a run keeps busy
  std::int64_t run_device_count = 0;       // devices that a run has to itself
  bool runs_are_deterministic = false;     // the same bytes each time, on the same machine
  std::vector<std::string> run_variables;  // of the user's environment, that its runtime reads

  std::vector<FlagChange> flag_changes;  // what happened to the compiler's flags over time
};

// One of the programs of a compile: what the host calls it and what becomes of it.
struct CompiledFile {
  std::string action;     // "compile"
  std::string program;    // id of the artifact
  std::string output;     // id of the compiled file
  std::string file_name;  // its name
  bool tuned = false;     // whether the tuner file is meant for it
};

// Compiles with iree-compile and runs with iree-run-module. A backend for one kind of hardware
// derives from it, says what its Hardware is, and finds the devices.
class Backend : public sharkreg::Backend {
 public:
  // The host must outlive the backend.
  Backend(Hardware hardware, const Configuration& configuration, const Host& host);

  BackendDescription describe() const override;

  // Asks the compiler for its flags, through the host. Before that, and when the compiler cannot
  // tell, flags are passed on as they are.
  Probe probe(const ProbeRequest& request) override;

  CompilePlan plan_compile(const CompileRequest& request) override;
  RunPlan plan_run(const RunRequest& request) override;
  Classification classify(const FailureReport& report) override;
  ExecuteAnswer execute(const ExecuteRequest& request) override;

 protected:
  // Adds the devices, or, when none of them can be used, what was looked for.
  virtual void find_devices(Probe& probe) const = 0;

  const Host& host() const { return host_; }

 private:
  void ask_compiler(const LocatedTool& compiler, Probe& probe);
  std::string ask_version(const LocatedTool& compiler) const;

  // The flags as the compiler knows them. Adds notes to the plan, and to `problems` what cannot be
  // put right.
  std::vector<std::string> fit_flags(const std::vector<std::string>& flags,
                                     const std::string& field, const CompileRequest& request,
                                     CompilePlan& plan, RewrittenFlags& problems) const;
  std::string target_flag(const std::string& target) const;
  Action compile_action(const CompileRequest& request, const CompiledFile& file,
                        const std::vector<std::string>& flags) const;

  Action run_action(const RunRequest& request) const;
  void add_results(const RunRequest& request, RunPlan& plan) const;
  void add_declarations(const RunRequest& request, RunPlan& plan) const;

  Hardware hardware_;
  const Host& host_;
  Tools tools_;
  std::optional<FlagList> flags_;
  std::string compiler_version_;
};

// An action of one of the tools, without its arguments.
Action tool_action(std::string name, const LocatedTool& tool);

// Variables whose values, where the user has set them, are passed on.
std::vector<EnvironmentVariable> passed_on(const std::vector<std::string>& names);

// What any program started here may need: to find programs and libraries, and for its files.
extern const std::vector<std::string> common_variables;

}  // namespace sharkreg::iree
