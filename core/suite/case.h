// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/artifact.h"

namespace sharkreg::core {

// Where an artifact comes from.
struct Source {
  std::string text;       // as the model file has it
  std::string location;   // a URL ("scheme:…", as written, without fragment), or an absolute path
  bool is_url = false;    // else location is a path
  std::string file_name;  // of the artifact once it is unpacked; never empty, "." or ".."
  Pin pin = {};           // of what lies at the location
  Unpacking unpacking = {};  // that makes the artifact of it
  // Where the model file has it: the JSON pointer of its text, or of the object whose "source" that
  // is. Empty: the model file does not name it.
  std::string pointer = {};

  // Whether both mean the same bytes.
  bool is_same_artifact(const Source& other) const {
    return location == other.location && unpacking == other.unpacking;
  }
};

// A tensor that goes in or is expected to come out.
struct TensorSource {
  std::optional<Source> source;  // inputs may do without one: their value says it all
  std::string value;             // shape and type such as "1x64xi64"; empty: the file carries them
  bool ignored = false;          // an output that nobody checks
};

// One program in one format: "mlir", "onnx".
struct Program {
  std::string format;
  Source source;
};

struct Weights {
  Source source;
  std::string format;  // "irpa", "gguf", "safetensors": the extension in lower case
  std::string scope;   // "model"
};

// That a step is expected to fail, and how.
struct Expectation {
  std::string kind;             // a verdict's name that alone meets it; empty: any that can
  std::string message_pattern;  // of base/pattern.h: must be found in the message
  std::string reason;
  std::string issue;  // URL
};

// What a model file says for one backend, in fields that carry the backend's name.
struct BackendFields {
  std::optional<std::vector<std::string>> compiler_flags;
  std::optional<std::vector<std::string>> pipeline_compiler_flags;
  std::optional<std::vector<std::string>> threshold_args;
  std::optional<std::string> function;
  std::optional<Expectation> compile_failure;              // of every target
  std::map<std::string, Expectation> compile_failure_for;  // by target ("chip")
  std::optional<Expectation> run_failure;
  bool tests_only = false;
};

// One submodel: what a model file says, validated.
struct Case {
  std::string model;
  std::string submodel;
  std::filesystem::path file;

  std::vector<Program> programs;           // never empty
  std::vector<Program> pipeline_programs;  // by format as well; may be empty
  std::vector<TensorSource> inputs;
  std::vector<TensorSource> outputs;  // empty: nothing is compared
  std::vector<Weights> weights;
  std::map<std::string, BackendFields, std::less<>> backends;
  std::optional<std::string> function;                     // "run_function"
  std::optional<std::vector<std::string>> threshold_args;  // for backends without their own
  bool compile_only = false;
  bool add_pipeline_module = false;
  std::map<std::string, Source> tuner_file;  // by SKU
  std::filesystem::path tuner_root;          // what relative paths in tuner_file start at

  std::string name() const { return model + "/" + submodel; }
};

// What a case says for one backend after all defaults: its own fields; for function and thresholds
// the fields without a backend's name; for the function at last the common value of all
// run_*_function fields. Never another backend's compiler flags.
BackendFields fields_for(const Case& test_case, std::string_view backend);

// All that the model file names, also what no backend here would take.
std::vector<Source*> sources_of(Case& test_case);
std::vector<const Source*> sources_of(const Case& test_case);

// Those of them at a URL that nothing pins.
std::vector<const Source*> unpinned_sources_of(const Case& test_case);

// Backends whose "…_tests_only" is true; if there are any, all others are skipped.
std::set<std::string> only_backends(const Case& test_case);

}  // namespace sharkreg::core
