// SPDX-License-Identifier: Apache-2.0
#ifndef SHARKREG_BACKEND_H
#define SHARKREG_BACKEND_H

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sharkreg/action.h>
#include <sharkreg/backend_abi.h>
#include <sharkreg/codec.h>
#include <sharkreg/configuration.h>
#include <sharkreg/execute_abi.h>

namespace sharkreg {

// --- What a backend is -----------------------------------------------------------------------

// An option of the command line. The host parses, checks and documents it.
struct OptionDeclaration {
  enum class Type { text, integer, number, boolean };
  std::string name;  // without dashes, prefixed by the backend's name: "rocm-chip"
  Type type = Type::text;
  std::string default_value;
  std::string value_name;  // as --help shows it: "CHIP"
  std::string help;
  bool repeatable = false;
};

struct BackendDescription {
  static constexpr std::string_view schema = SR_BACKEND_DESCRIPTION_SCHEMA;
  std::vector<std::string> program_formats;  // in order of preference: "mlir", "onnx"
  // In order of preference: "irpa". Empty: programs carry their weights, and those that a model file
  // names for others are not passed.
  std::vector<std::string> weight_formats;
  std::vector<OptionDeclaration> options;
  // The option that names the targets to compile for, separated by commas, or "auto" for those of
  // the devices present. Empty: there is one target, without a name.
  std::string target_option;
  bool takes_tuner_file = false;
};

// --- What is here ----------------------------------------------------------------------------

struct ProbeRequest {
  static constexpr std::string_view schema = SR_PROBE_REQUEST_SCHEMA;
  bool devices = true;  // false: the user wants no device looked for
};

// A device that runs can use.
struct Device {
  std::string id{};      // stable on this machine: a PCI address, a UUID
  std::string name{};    // for people
  std::string target{};  // that it runs, such as "gfx942"; empty if targets have no names
  std::string sku{};     // as in tuner files and golden values: "mi300"; empty if unknown
  bool usable = true;
  std::string unusable_because{};                  // if it is not: what stands in the way
  std::vector<EnvironmentVariable> environment{};  // makes a program see this device alone
};

struct Tool {
  std::string name;
  std::string path;
  std::string version;  // as it says itself; empty if unknown
};

struct Probe {
  static constexpr std::string_view schema = SR_PROBE_SCHEMA;
  std::vector<Device> devices;
  std::vector<std::string> looked_for;  // when there is no usable device: what was not found where
  std::vector<Tool> tools;
  std::vector<std::string> notes;
};

// --- Requests and what is planned for them ---------------------------------------------------

// A file that the host will have at hand, by the id under which actions refer to it.
struct RequestArtifact {
  std::string id;
  std::string file_name;
  std::string format;  // "mlir", "irpa", "npy", "bin"
};

// What to do with flags that the tools do not know (any more).
enum class FlagCompatibility {
  rename,  // write them as the tools know them, with a note; an error where there is no successor
  drop,    // as rename, but leave out, with a note, what has no successor
  strict,  // any of them is an error
};

struct CompileRequest {
  static constexpr std::string_view schema = SR_COMPILE_REQUEST_SCHEMA;
  std::string case_name;    // "sdxl/clip", for messages
  std::string target;       // one of the targets; empty if they have no names
  std::string tag;          // to tell files of several targets apart: "cpu", "rocm_gfx942"
  RequestArtifact program;  // id "program"
  std::optional<RequestArtifact> pipeline_program;  // id "pipeline_program"
  std::optional<RequestArtifact> tuner_file;        // id "tuner_file"
  std::vector<std::string> compiler_flags;
  std::optional<std::vector<std::string>> pipeline_compiler_flags;  // absent: the file has none
  std::vector<std::string> extra_arguments;                         // of the user, for a try
  FlagCompatibility flag_compatibility = FlagCompatibility::rename;
};

struct PlanNote {
  std::string text;
  bool changes_result = false;  // timings are then not comparable with golden values
};

// The model's compiled program is the output "module", that of the pipeline program
// "pipeline_module".
struct CompilePlan {
  static constexpr std::string_view schema = SR_COMPILE_PLAN_SCHEMA;
  std::vector<Action> actions;  // in order; each may read outputs of those before it
  std::vector<PlanNote> notes;
};

struct RunInput {
  std::optional<RequestArtifact> file;  // ids "input_0", …; absent: the value says it all
  std::string value;                    // shape and type such as "1x64xi64"; may be empty
};

struct RunExpectation {
  std::optional<RequestArtifact> file;  // ids "expected_0", …; absent: nobody checks this result
  std::string value;                    // shape and type; may be empty
};

struct RunWeights {
  RequestArtifact file;  // ids "weights_0", …
  std::string scope;     // "model"
};

// Who judges the outputs.
enum class ComparisonMode {
  host,     // the run writes each result to a file, a comparator of the host judges
  runtime,  // the runtime that runs the program judges, by its own means
};

// The outputs of the compile are at hand: "module" and, if there was a pipeline program,
// "pipeline_module".
struct RunRequest {
  static constexpr std::string_view schema = SR_RUN_REQUEST_SCHEMA;
  std::string case_name;
  std::string target;
  std::string tag;
  std::string function;  // exported function to call; empty: the model file names none
  std::vector<RunInput> inputs;
  std::vector<RunExpectation> expectations;  // one a result; empty: nothing is compared
  std::vector<RunWeights> weights;
  bool add_pipeline_module = false;
  std::vector<std::string> threshold_arguments;
  std::vector<std::string> extra_arguments;  // of the user, for a try
  ComparisonMode comparison = ComparisonMode::host;
};

// Where a result comes to lie, and what comparison is meant. Results of the runtime comparison are
// not listed.
struct PlannedResult {
  std::string name;                    // "output_0"
  std::string output;                  // id of the action output that holds it
  std::string format;                  // "npy" or "bin"
  std::string expectation;             // id of the expected file: "expected_0"
  std::string comparator;              // name of the comparator, such as "iree_threshold"
  std::vector<std::string> arguments;  // for it
  std::int64_t index = 0;              // position among the function's results
};

struct RunPlan {
  static constexpr std::string_view schema = SR_RUN_PLAN_SCHEMA;
  std::vector<Action> actions;
  std::vector<PlannedResult> results;
  // Id of an output that holds an ExecuteAnswer: types and shapes of the results as the compiled
  // program declares them. Needed for results in format "bin".
  std::string declarations;
  std::vector<PlanNote> notes;
};

// --- What went wrong -------------------------------------------------------------------------

enum class FailureKind {
  compile_error,   // the compiler refused the program
  run_error,       // the program or its run failed
  wrong_result,    // it ran, but numbers, count, shape or type of the results are wrong
  unavailable,     // there is no such device here
  infrastructure,  // something else is broken: the tool, a file, the disk
  timeout,         // it hung
};

// An action that still runs, but has made no progress for a while: it printed nothing and used less
// than a hundredth of one core.
struct Stall {
  double quiet_seconds = 0;   // for so long
  double wall_seconds = 0;    // since its start
  double cpu_seconds = 0;     // used since its start, by all its processes
  bool holds_device = false;  // whether it was given a device
};

struct FailureReport {
  static constexpr std::string_view schema = SR_FAILURE_REPORT_SCHEMA;
  bool compiling = false;  // whether the action belongs to a compile
  std::string action;      // its name
  std::string target;
  std::int64_t exit_status = 0;
  std::string standard_output;  // head and tail, if it is long
  std::string standard_error;
  // Present when the action has not failed (and has no exit status) but stalls: does it hang? Asked
  // again as long as it does, and a last time when it was stopped for it.
  std::optional<Stall> stall = std::nullopt;
};

struct Classification {
  static constexpr std::string_view schema = SR_CLASSIFICATION_SCHEMA;
  FailureKind kind = FailureKind::infrastructure;
  std::string sentence;  // one human sentence: what happened
  // The answer to a stall, and to be left out otherwise: true has the action stopped, with this kind
  // as its verdict. Without it the action goes on until its time limit.
  std::optional<bool> hung = std::nullopt;
};

// --- Actions that the plugin does itself -----------------------------------------------------

struct ExecuteRequest {
  static constexpr std::string_view schema = SR_EXECUTE_REQUEST_SCHEMA;
  std::string action;
  std::vector<std::string> arguments;          // references bound
  std::map<std::string, std::string> inputs;   // id to path
  std::map<std::string, std::string> outputs;  // id to path
};

// A result as a compiled program declares it.
struct DeclaredResult {
  std::string type;                 // "bf16"
  std::vector<std::int64_t> shape;  // -1: dynamic
};

struct ExecuteAnswer {
  static constexpr std::string_view schema = SR_EXECUTE_ANSWER_SCHEMA;
  std::vector<DeclaredResult> results;
};

// --- The interface ---------------------------------------------------------------------------

// Describes how programs are compiled and run on one kind of hardware. It starts nothing and opens
// no artifact; it answers with actions. All functions may throw Failure; plan functions throw
// Failure(invalid) for what is wrong with the request.
//
// Ownership: the host owns the instance. Threads: one call at a time on one instance.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual BackendDescription describe() const = 0;
  virtual Probe probe(const ProbeRequest& request) = 0;
  virtual CompilePlan plan_compile(const CompileRequest& request) = 0;
  virtual RunPlan plan_run(const RunRequest& request) = 0;
  virtual Classification classify(const FailureReport& report) = 0;

  // Does one of its actions that are marked in_process, in the action's working directory, in a
  // child process of the host. Only needed by a backend that plans such actions.
  virtual ExecuteAnswer execute(const ExecuteRequest& request) {
    throw Failure(Failure::Kind::unsupported,
                  "this backend has no in-process action \"" + request.action + "\"");
  }
};

// --- How they are carried --------------------------------------------------------------------

inline EnumNames<OptionDeclaration::Type> enum_names(OptionDeclaration::Type) {
  static constexpr std::string_view names[] = {"text", "integer", "number", "boolean"};
  return {names, 4};
}

inline EnumNames<FlagCompatibility> enum_names(FlagCompatibility) {
  static constexpr std::string_view names[] = {"rename", "drop", "strict"};
  return {names, 3};
}

inline EnumNames<ComparisonMode> enum_names(ComparisonMode) {
  static constexpr std::string_view names[] = {"host", "runtime"};
  return {names, 2};
}

inline EnumNames<FailureKind> enum_names(FailureKind) {
  static constexpr std::string_view names[] = {"compile-error", "run-error", "fail",
                                               "unavailable",   "infra",     "timeout"};
  return {names, 6};
}

template <class Visitor>
void fields(Visitor& visit, OptionDeclaration& value) {
  visit("name", value.name);
  visit("type", value.type);
  visit("default", value.default_value);
  visit("value_name", value.value_name);
  visit("help", value.help);
  visit("repeatable", value.repeatable);
}

template <class Visitor>
void fields(Visitor& visit, BackendDescription& value) {
  visit("program_formats", value.program_formats);
  visit("weight_formats", value.weight_formats);
  visit("options", value.options);
  visit("target_option", value.target_option);
  visit("takes_tuner_file", value.takes_tuner_file);
}

template <class Visitor>
void fields(Visitor& visit, ProbeRequest& value) {
  visit("devices", value.devices);
}

template <class Visitor>
void fields(Visitor& visit, Device& value) {
  visit("id", value.id);
  visit("name", value.name);
  visit("target", value.target);
  visit("sku", value.sku);
  visit("usable", value.usable);
  visit("unusable_because", value.unusable_because);
  visit("environment", value.environment);
}

template <class Visitor>
void fields(Visitor& visit, Tool& value) {
  visit("name", value.name);
  visit("path", value.path);
  visit("version", value.version);
}

template <class Visitor>
void fields(Visitor& visit, Probe& value) {
  visit("devices", value.devices);
  visit("looked_for", value.looked_for);
  visit("tools", value.tools);
  visit("notes", value.notes);
}

template <class Visitor>
void fields(Visitor& visit, RequestArtifact& value) {
  visit("id", value.id);
  visit("file_name", value.file_name);
  visit("format", value.format);
}

template <class Visitor>
void fields(Visitor& visit, CompileRequest& value) {
  visit("case", value.case_name);
  visit("target", value.target);
  visit("tag", value.tag);
  visit("program", value.program);
  visit("pipeline_program", value.pipeline_program);
  visit("tuner_file", value.tuner_file);
  visit("compiler_flags", value.compiler_flags);
  visit("pipeline_compiler_flags", value.pipeline_compiler_flags);
  visit("extra_arguments", value.extra_arguments);
  visit("flag_compatibility", value.flag_compatibility);
}

template <class Visitor>
void fields(Visitor& visit, PlanNote& value) {
  visit("text", value.text);
  visit("changes_result", value.changes_result);
}

template <class Visitor>
void fields(Visitor& visit, CompilePlan& value) {
  visit("actions", value.actions);
  visit("notes", value.notes);
}

template <class Visitor>
void fields(Visitor& visit, RunInput& value) {
  visit("file", value.file);
  visit("value", value.value);
}

template <class Visitor>
void fields(Visitor& visit, RunExpectation& value) {
  visit("file", value.file);
  visit("value", value.value);
}

template <class Visitor>
void fields(Visitor& visit, RunWeights& value) {
  visit("file", value.file);
  visit("scope", value.scope);
}

template <class Visitor>
void fields(Visitor& visit, RunRequest& value) {
  visit("case", value.case_name);
  visit("target", value.target);
  visit("tag", value.tag);
  visit("function", value.function);
  visit("inputs", value.inputs);
  visit("expectations", value.expectations);
  visit("weights", value.weights);
  visit("add_pipeline_module", value.add_pipeline_module);
  visit("threshold_arguments", value.threshold_arguments);
  visit("extra_arguments", value.extra_arguments);
  visit("comparison", value.comparison);
}

template <class Visitor>
void fields(Visitor& visit, PlannedResult& value) {
  visit("name", value.name);
  visit("output", value.output);
  visit("format", value.format);
  visit("expectation", value.expectation);
  visit("comparator", value.comparator);
  visit("arguments", value.arguments);
  visit("index", value.index);
}

template <class Visitor>
void fields(Visitor& visit, RunPlan& value) {
  visit("actions", value.actions);
  visit("results", value.results);
  visit("declarations", value.declarations);
  visit("notes", value.notes);
}

template <class Visitor>
void fields(Visitor& visit, Stall& value) {
  visit("quiet_seconds", value.quiet_seconds);
  visit("wall_seconds", value.wall_seconds);
  visit("cpu_seconds", value.cpu_seconds);
  visit("holds_device", value.holds_device);
}

template <class Visitor>
void fields(Visitor& visit, FailureReport& value) {
  visit("compiling", value.compiling);
  visit("action", value.action);
  visit("target", value.target);
  visit("exit_status", value.exit_status);
  visit("standard_output", value.standard_output);
  visit("standard_error", value.standard_error);
  visit("stall", value.stall);
}

template <class Visitor>
void fields(Visitor& visit, Classification& value) {
  visit("kind", value.kind);
  visit("sentence", value.sentence);
  visit("hung", value.hung);
}

template <class Visitor>
void fields(Visitor& visit, ExecuteRequest& value) {
  visit("action", value.action);
  visit("arguments", value.arguments);
  visit("inputs", value.inputs);
  visit("outputs", value.outputs);
}

template <class Visitor>
void fields(Visitor& visit, DeclaredResult& value) {
  visit("type", value.type);
  visit("shape", value.shape);
}

template <class Visitor>
void fields(Visitor& visit, ExecuteAnswer& value) {
  visit("results", value.results);
}

}  // namespace sharkreg

#endif  // SHARKREG_BACKEND_H
