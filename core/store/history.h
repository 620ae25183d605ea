// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/database.h"
#include "store/index.h"

namespace sharkreg::core {

// Durations in microseconds, memory in bytes; times are UTC, ISO 8601, as in results.jsonl, so that
// they sort as texts.

struct PastAction {
  std::string name;
  std::int64_t wall = 0;
  std::int64_t user = 0;
  std::int64_t system = 0;
  std::int64_t peak_memory = 0;
  bool cached = false;  // its outputs came from the compile cache
  bool succeeded = false;
};

// A model's submodel and one of its steps: what is judged again and again.
struct Subject {
  std::string model;
  std::string submodel;
  std::string step;     // "compile acme a1"
  std::string stage;    // "compile"
  std::string backend;  // "acme"
  std::string target;   // "a1"
  std::int64_t id = 0;  // given by the history
};

struct PastRun {
  std::string name;  // of its directory: the run's id
  std::string time;  // when it started
  std::string host;
  std::string system;
  std::string sku;
  std::string version;  // of sharkreg
  std::string shard;    // "2/5"; empty: it had all that was selected
};

// One execution of a step.
struct PastStep {
  Subject subject;
  std::int64_t position = 0;  // of its line in the results.jsonl, in bytes: unique within the run
  std::string time;           // when it ended
  std::string verdict;        // by name
  std::int64_t wall = 0;
  std::int64_t user = 0;
  std::int64_t system = 0;
  std::int64_t peak_memory = 0;
  bool cached = false;
  std::string device;  // ids; empty: it had none to itself
  std::string tools;   // "NAME VERSION", one a line
  std::vector<PastAction> actions;
  PastRun run;
};

// How much of a results.jsonl is in the history.
struct ImportState {
  std::int64_t offset = 0;  // bytes of whole lines
  FileIdentity identity;    // of the file then; a negative size: it is to be read anew
  bool finished = false;    // the run came to its end: nothing will be added
};

// Some lines of a results.jsonl, to be added to the history at once.
struct ImportBatch {
  PastRun run;
  std::vector<PastStep> steps;  // `run` of them is not looked at
  ImportState after;
  bool from_start = false;  // what there is of this run is replaced
};

// What runs came to, over time: an import of their results.jsonl, which can be repeated.
//
// Threads and processes: an object is for one thread at a time; any number of processes and objects
// may use one file. All errors are infrastructure, and name the file.
class History {
 public:
  // Opens or makes it. One of an earlier version is migrated; one of a later version is an error.
  static Result<std::unique_ptr<History>> open(const std::filesystem::path& file);

  // By the runs' names.
  Result<std::map<std::string, ImportState>> imports();
  Result<std::optional<ImportState>> import_of(const std::string& run);

  // Adds all of the batch or nothing. False: the run is not as far as `before` any more, since
  // another process imports it too. `before` is absent for a run that is not there yet.
  Result<bool> add(const std::optional<ImportState>& before, const ImportBatch& batch);

  // By model, submodel and step.
  Result<std::vector<Subject>> subjects();

  // The last `most` executions of a subject, the latest first, without their actions. With
  // `before`, which was the last of an earlier answer, those before it.
  Result<std::vector<PastStep>> steps_of(const Subject& subject, std::size_t most,
                                         const std::optional<PastStep>& before = {});

  // The last `most` executions of an action for a SKU that succeeded and were not cached, the latest
  // first. Microseconds: it looks into one index.
  Result<std::vector<PastAction>> actions_of(const Subject& subject, const std::string& action,
                                             const std::string& sku, std::size_t most);

  // Of each subject the last execution whose verdict is none of those given.
  Result<std::vector<PastStep>> last_verdicts_without(const std::vector<std::string>& verdicts);

  // How long the steps of each submodel take together, by "model/submodel": the sum of the medians
  // of each step's last five executions that were not cached. Counts only runs that came to their
  // end and were no shards.
  Result<std::map<std::string, std::int64_t>> case_times();

 private:
  explicit History(Database database) : database_(std::move(database)) {}
  Result<void> insert(const std::optional<ImportState>& before, const ImportBatch& batch,
                      std::int64_t run);
  Result<void> insert(const PastStep& step, std::int64_t run, const std::string& sku);
  Result<std::int64_t> id_of(const Subject& subject);
  Result<std::int64_t> id_of_tools(const std::string& versions);

  Database database_;
};

// Makes the schema of an empty database, or that of an earlier version into the present one, in one
// transaction; `file` is for errors.
Result<void> migrate_history(Database& database, const std::filesystem::path& file);

}  // namespace sharkreg::core
