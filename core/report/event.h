// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/verdict.h"

namespace sharkreg::core {

// The events of a run, in the order in which they happen. They are the only truth about a run:
// results.jsonl holds one a line, and everything that is shown is made from them. Times are UTC,
// ISO 8601; durations are in seconds; paths are absolute.

struct ToolRecord {
  std::string name;
  std::string path;
  std::string version;
};

struct DeviceRecord {
  std::string id;
  std::string name;
  std::string target;
  std::string sku;
  bool usable = true;
};

struct BackendRecord {
  std::string name;
  std::string plugin;   // its library
  std::string version;  // of the plugin
  std::vector<std::string> targets;
  std::vector<ToolRecord> tools;
  std::vector<DeviceRecord> devices;
};

// Which part of the selected cases a run has, and how they were cut: `sharkreg merge` sees from it
// whether shards belong together.
struct ShardRecord {
  std::int64_t index = 1;  // from 1
  std::int64_t count = 1;
  std::string partition;           // digest of the cases of all shards
  std::vector<std::string> cases;  // of this one: "model/submodel"
  std::string balanced_by;         // whose times decided; empty: each case counted the same
  std::string selection;  // options that say which steps of the cases are done, and how often
};

struct RunStarted {
  std::string run;      // id of the run
  std::string resumes;  // id of the run that it goes on with
  std::string time;
  std::string version;  // of sharkreg
  std::vector<std::string> command_line;
  std::string directory;  // in which it was started
  std::string host;
  std::string system;  // kernel name, release and machine
  std::string sku;
  std::vector<BackendRecord> backends;
  std::int64_t cases = 0;              // selected; each announces its steps by CasePlanned
  std::optional<ShardRecord> shard;    // absent: it has all
  std::optional<bool> strict_xfail;    // whether an unexpected pass fails the whole
  std::string baseline;                // results that this run is compared with; may be empty
  std::vector<std::string> merged_of;  // ids of the runs whose results were joined into this
};

// A remark that is not about one step.
struct RunNote {
  std::string text;
};

struct CasePlanned {
  std::string model;
  std::string submodel;
  std::vector<std::string> steps;  // "compile cpu", "run acme a1"
};

struct StepStarted {
  std::string time;
  std::string model;
  std::string submodel;
  std::string step;
  std::string doing;  // what it does now: "fetching model.mlir", "compile", "run", "comparing"
};

// An action whose result was known, when it ran. Of other machines these are not always known: 0.
struct CachedRecord {
  std::string from;  // host of a cache shared by a team; empty: the own store
  double seconds = 0;
  double user_seconds = 0;
  double system_seconds = 0;
  std::int64_t peak_memory_bytes = 0;
};

// One action of a step: a process; or, if `cached` is there, what a process once made: then no process
// was started, and `seconds` tells how long it took to place that.
struct ActionRecord {
  std::string name;
  std::vector<std::string> command;
  std::string directory;
  std::optional<std::int64_t> exit_status;  // absent: it did not exit by itself
  std::optional<std::int64_t> signal;
  double seconds = 0;
  double user_seconds = 0;
  double system_seconds = 0;
  std::int64_t peak_memory_bytes = 0;
  std::vector<std::string> devices;  // ids of those that it was given
  std::optional<CachedRecord> cached;
  std::string standard_output;  // files with what it printed
  std::string standard_error;
};

struct ElementRecord {
  std::int64_t index = 0;
  std::string expected;
  std::string actual;
};

// One compared output.
struct ComparisonRecord {
  std::string name;        // "output_0"
  std::string comparator;  // "iree_threshold"
  std::vector<std::string> arguments;
  bool match = false;
  std::string message;  // for a mismatch: one sentence
  std::string expected_file;
  std::string actual_file;
  std::map<std::string, double> metrics;
  std::optional<ElementRecord> first;
  std::optional<ElementRecord> worst;
  std::optional<std::int64_t> mismatch_count;
};

// A file that a step made, as it was when the step was finished.
struct OutputRecord {
  std::string path;
  std::int64_t bytes = 0;
  std::int64_t modified = 0;  // nanoseconds since 1970
};

struct StepFinished {
  std::string id;  // digest of case, step, target, SKU, repetition and resolved plan
  std::string time;
  std::string model;
  std::string submodel;
  std::string file;   // the model file
  std::string step;   // "compile acme a1"; "read" for a file that cannot be read as a case
  std::string stage;  // "compile", "run", "repeat", "read"
  std::string backend;
  std::string target;
  Verdict verdict = Verdict::infrastructure;
  std::string standing;              // against the baseline: a name of report/baseline.h, or empty
  std::string sentence;              // what happened; may be empty for a pass
  std::vector<std::string> details;  // first lines of the tool's own error, or all that is wrong
  std::string hint;                  // what to do; may be empty
  std::string log;                   // the file to look at
  std::string repeat;                // a command that repeats this step
  std::string reason;                // of an expected failure
  std::string issue;                 // its URL
  std::vector<std::string> notes;
  // What is bad whatever the verdict is: that a compiler does not always give the same.
  std::vector<std::string> findings;
  bool cached = false;  // all of its actions were
  double seconds = 0;
  std::vector<ActionRecord> actions;
  std::vector<ComparisonRecord> comparisons;
  std::vector<std::string> outputs;  // files that it made
  std::vector<OutputRecord> output_files;
  std::optional<std::int64_t> attempts;  // present if it was done more than once for a verdict
  std::string resumed_from;              // id of the run that did it; empty: this one
};

struct RunFinished {
  std::string time;
  double seconds = 0;
  std::map<std::string, std::int64_t> counts;  // by verdict
  std::int64_t judged = 0;
  std::int64_t findings = 0;
  std::int64_t exit_status = 0;
  std::string conclusion;  // why the exit status is what it is, in one sentence
  bool interrupted = false;
};

using Event =
    std::variant<RunStarted, RunNote, CasePlanned, StepStarted, StepFinished, RunFinished>;

// One line of results.jsonl, without the newline: {"event": "step-finished", …}.
std::string to_json_line(const Event& event);

// The inverse. Members that it does not know are ignored: the file may be of a later version. An
// error of kind not_found is an event that it does not know; of kind invalid, anything else.
Result<Event> event_from_json_line(const std::string& line);

// Takes events as they happen. Threads: one. Never throws; what cannot be written is told once by
// the return value of finish().
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on(const Event& event) = 0;

  // After the last event: writes what is still to be written.
  virtual Result<void> finish() { return {}; }
};

}  // namespace sharkreg::core
