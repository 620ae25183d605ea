// SPDX-License-Identifier: Apache-2.0
#include "store/history.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "store/row_values.h"

namespace sharkreg::core {
namespace {

using Row = Database::Row;

std::int64_t flag(bool value) {
  return value ? 1 : 0;
}

// From the columns imported, size, inode, modified, finished, starting at `first`.
ImportState import_state_of(const Row& row, std::size_t first) {
  return {number(row[first]),
          {number(row[first + 1]), number(row[first + 2]), number(row[first + 3])},
          number(row[first + 4]) != 0};
}

// Greater than any time, as texts are compared.
const std::string after_all_times = "~";

// The columns of steps and of their runs, for step_of().
constexpr const char* step_columns =
    "s.position, s.time, s.verdict, s.wall, s.user, s.system, s.peak_memory, s.cached, s.device, "
    "t.versions, r.name, r.time, r.host, r.system, r.sku, r.version, r.shard";

PastStep step_of(const Row& row, Subject subject) {
  PastStep step;
  step.subject = std::move(subject);
  step.position = number(row[0]);
  step.time = text(row[1]);
  step.verdict = text(row[2]);
  step.wall = number(row[3]);
  step.user = number(row[4]);
  step.system = number(row[5]);
  step.peak_memory = number(row[6]);
  step.cached = number(row[7]) != 0;
  step.device = text(row[8]);
  step.tools = text(row[9]);
  step.run = {text(row[10]), text(row[11]), text(row[12]), text(row[13]),
              text(row[14]), text(row[15]), text(row[16])};
  return step;
}

// From the columns id, model, submodel, step, stage, backend, target, starting at `first`.
Subject subject_of(const Row& row, std::size_t first) {
  return {text(row[first + 1]), text(row[first + 2]), text(row[first + 3]), text(row[first + 4]),
          text(row[first + 5]), text(row[first + 6]), number(row[first])};
}

std::int64_t median_of(std::vector<std::int64_t> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

Result<std::unique_ptr<History>> History::open(const std::filesystem::path& file) {
  auto database = Database::open(
      file, "",
      {"the history", "remove that file: it is made again from the results of runs that are kept"});
  if (!database) return database.error();
  if (const auto done = migrate_history(*database, file); !done) return done.error();
  return std::unique_ptr<History>(new History(std::move(*database)));
}

Result<std::map<std::string, ImportState>> History::imports() {
  const auto rows =
      database_.run("SELECT name, imported, size, inode, modified, finished FROM runs");
  if (!rows) return rows.error();
  std::map<std::string, ImportState> imports;
  for (const Row& row : *rows) imports.emplace(text(row[0]), import_state_of(row, 1));
  return imports;
}

Result<std::optional<ImportState>> History::import_of(const std::string& run) {
  const auto rows = database_.run(
      "SELECT imported, size, inode, modified, finished FROM runs WHERE name = ?1", {run});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<ImportState>();
  return std::optional(import_state_of(rows->front(), 0));
}

Result<bool> History::add(const std::optional<ImportState>& before, const ImportBatch& batch) {
  if (const auto begun = database_.run("BEGIN IMMEDIATE"); !begun) return begun.error();
  const auto take_back = [&] { (void)database_.run("ROLLBACK"); };
  const auto rows =
      database_.run("SELECT id, imported, inode FROM runs WHERE name = ?1", {batch.run.name});
  if (!rows) {
    take_back();
    return rows.error();
  }
  const bool is_as_expected = rows->empty()
                                  ? !before
                                  : before && number(rows->front()[1]) == before->offset &&
                                        number(rows->front()[2]) == before->identity.inode;
  if (!is_as_expected) {
    take_back();
    return false;
  }
  const std::int64_t run = rows->empty() ? 0 : number(rows->front()[0]);
  if (const auto done = insert(before, batch, run); !done) {
    take_back();
    return done.error();
  }
  if (const auto done = database_.run("COMMIT"); !done) {
    take_back();
    return done.error();
  }
  return true;
}

Result<void> History::insert(const std::optional<ImportState>& before, const ImportBatch& batch,
                             std::int64_t run) {
  const auto& [offset, identity, finished] = batch.after;
  const auto& [name, time, host, system, sku, version, shard] = batch.run;
  const auto written = database_.run(
      "INSERT INTO runs(name, time, host, system, sku, version, shard, finished, size, inode, "
      "modified, imported) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
      "ON CONFLICT(name) DO UPDATE SET time = ?2, host = ?3, system = ?4, sku = ?5, version = ?6, "
      "shard = ?7, finished = ?8, size = ?9, inode = ?10, modified = ?11, imported = ?12 "
      "RETURNING id",
      {name, time, host, system, sku, version, shard, flag(finished), identity.size, identity.inode,
       identity.modified, offset});
  if (!written) return written.error();
  if (before && batch.from_start) {
    for (const char* table : {"steps", "actions"}) {
      const auto deleted =
          database_.run(std::string("DELETE FROM ") + table + " WHERE run = ?1", {run});
      if (!deleted) return deleted.error();
    }
  }
  for (const PastStep& step : batch.steps) {
    const auto inserted = insert(step, number(written->at(0).at(0)), sku);
    if (!inserted) return inserted.error();
  }
  return {};
}

Result<void> History::insert(const PastStep& step, std::int64_t run, const std::string& sku) {
  const auto subject = id_of(step.subject);
  if (!subject) return subject.error();
  const auto tools = id_of_tools(step.tools);
  if (!tools) return tools.error();
  const auto written = database_.run(
      "INSERT OR REPLACE INTO steps(run, position, subject, time, verdict, wall, user, system, "
      "peak_memory, cached, device, tools) "
      "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
      {run, step.position, *subject, step.time, step.verdict, step.wall, step.user, step.system,
       step.peak_memory, flag(step.cached), step.device, *tools});
  if (!written) return written.error();
  std::int64_t count = 0;
  for (const PastAction& action : step.actions) {
    const auto added = database_.run(
        "INSERT OR REPLACE INTO actions(run, position, number, subject, name, sku, time, wall, "
        "user, system, peak_memory, cached, succeeded) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        {run, step.position, count++, *subject, action.name, sku, step.time, action.wall,
         action.user, action.system, action.peak_memory, flag(action.cached),
         flag(action.succeeded)});
    if (!added) return added.error();
  }
  return {};
}

Result<std::int64_t> History::id_of(const Subject& subject) {
  const auto known =
      database_.run("SELECT id FROM subjects WHERE model = ?1 AND submodel = ?2 AND step = ?3",
                    {subject.model, subject.submodel, subject.step});
  if (!known) return known.error();
  if (!known->empty()) return number(known->front()[0]);
  const auto made = database_.run(
      "INSERT INTO subjects(model, submodel, step, stage, backend, target) "
      "VALUES(?1, ?2, ?3, ?4, ?5, ?6) RETURNING id",
      {subject.model, subject.submodel, subject.step, subject.stage, subject.backend,
       subject.target});
  if (!made) return made.error();
  return number(made->at(0).at(0));
}

Result<std::int64_t> History::id_of_tools(const std::string& versions) {
  const auto known = database_.run("SELECT id FROM tools WHERE versions = ?1", {versions});
  if (!known) return known.error();
  if (!known->empty()) return number(known->front()[0]);
  const auto made =
      database_.run("INSERT INTO tools(versions) VALUES(?1) RETURNING id", {versions});
  if (!made) return made.error();
  return number(made->at(0).at(0));
}

Result<std::vector<Subject>> History::subjects() {
  const auto rows = database_.run(
      "SELECT id, model, submodel, step, stage, backend, target FROM subjects "
      "ORDER BY model, submodel, step");
  if (!rows) return rows.error();
  std::vector<Subject> subjects;
  for (const Row& row : *rows) subjects.push_back(subject_of(row, 0));
  return subjects;
}

Result<std::vector<PastStep>> History::steps_of(const Subject& subject, std::size_t most,
                                                const std::optional<PastStep>& before) {
  // Times may be equal; runs and positions tell those apart.
  const auto rows = database_.run(
      std::string("SELECT ") + step_columns +
          " FROM steps s JOIN runs r ON r.id = s.run JOIN tools t ON t.id = s.tools "
          "WHERE s.subject = ?1 AND s.time <= ?3 AND "
          "(s.time < ?3 OR (r.name, s.position) < (?4, ?5)) "
          "ORDER BY s.time DESC, r.name DESC, s.position DESC LIMIT ?2",
      {subject.id, static_cast<std::int64_t>(most), before ? before->time : after_all_times,
       before ? before->run.name : std::string(), before ? before->position : std::int64_t{0}});
  if (!rows) return rows.error();
  std::vector<PastStep> steps;
  for (const Row& row : *rows) steps.push_back(step_of(row, subject));
  return steps;
}

Result<std::vector<PastAction>> History::actions_of(const Subject& subject,
                                                    const std::string& action,
                                                    const std::string& sku, std::size_t most) {
  const auto rows = database_.run(
      "SELECT a.wall, a.user, a.system, a.peak_memory FROM actions a WHERE a.subject = "
      "(SELECT id FROM subjects WHERE model = ?1 AND submodel = ?2 AND step = ?3) "
      "AND a.name = ?4 AND a.sku = ?5 AND a.succeeded = 1 AND a.cached = 0 "
      "ORDER BY a.time DESC LIMIT ?6",
      {subject.model, subject.submodel, subject.step, action, sku,
       static_cast<std::int64_t>(most)});
  if (!rows) return rows.error();
  std::vector<PastAction> actions;
  for (const Row& row : *rows) {
    actions.push_back(
        {action, number(row[0]), number(row[1]), number(row[2]), number(row[3]), false, true});
  }
  return actions;
}

Result<std::vector<PastStep>> History::last_verdicts_without(
    const std::vector<std::string>& verdicts) {
  const auto rows =
      database_.run(std::string("SELECT ") + step_columns +
                        ", j.id, j.model, j.submodel, j.step, j.stage, j.backend, j.target "
                        "FROM (SELECT run, position, row_number() OVER (PARTITION BY subject "
                        "ORDER BY time DESC, run DESC, position DESC) AS rank FROM steps "
                        "WHERE instr(?1, ',' || verdict || ',') = 0) "
                        "AS last JOIN steps s ON s.run = last.run AND s.position = last.position "
                        "JOIN runs r ON r.id = s.run JOIN tools t ON t.id = s.tools "
                        "JOIN subjects j ON j.id = s.subject WHERE last.rank = 1",
                    {"," + join(verdicts, ",") + ","});
  if (!rows) return rows.error();
  std::vector<PastStep> steps;
  for (const Row& row : *rows) steps.push_back(step_of(row, subject_of(row, 17)));
  return steps;
}

Result<std::map<std::string, std::int64_t>> History::case_times() {
  const auto rows = database_.run(
      "SELECT j.model, j.submodel, j.id, recent.wall FROM ("
      "SELECT s.subject, s.wall, row_number() OVER (PARTITION BY s.subject "
      "ORDER BY s.time DESC, s.run DESC, s.position DESC) AS rank "
      "FROM steps s JOIN runs r ON r.id = s.run "
      "WHERE s.cached = 0 AND s.wall > 0 AND r.finished = 1 AND r.shard = '') "
      "AS recent JOIN subjects j ON j.id = recent.subject WHERE recent.rank <= 5");
  if (!rows) return rows.error();
  std::map<std::pair<std::string, std::int64_t>, std::vector<std::int64_t>> walls;
  for (const Row& row : *rows) {
    walls[{text(row[0]) + "/" + text(row[1]), number(row[2])}].push_back(number(row[3]));
  }
  std::map<std::string, std::int64_t> times;
  for (auto& [place, values] : walls) times[place.first] += median_of(std::move(values));
  return times;
}

}  // namespace sharkreg::core
