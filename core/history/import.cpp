// SPDX-License-Identifier: Apache-2.0
#include "history/import.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/text.h"
#include "report/event.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t steps_at_once = 2000;  // so that others may write in between
constexpr std::size_t piece = std::size_t{1} << 18U;

std::int64_t microseconds(double seconds) {
  return std::isfinite(seconds) ? std::llround(std::clamp(seconds, 0.0, 1e9) * 1e6) : 0;
}

PastAction past_action(const ActionRecord& record) {
  return {record.name,
          microseconds(record.seconds),
          microseconds(record.user_seconds),
          microseconds(record.system_seconds),
          record.peak_memory_bytes,
          record.cached.has_value(),
          record.exit_status == 0 && !record.signal};
}

// "NAME VERSION" of each tool, one a line, by backend.
std::map<std::string, std::string> tools_of(const RunStarted& started) {
  std::map<std::string, std::string> tools;
  for (const BackendRecord& backend : started.backends) {
    std::vector<std::string> lines;
    for (const ToolRecord& tool : backend.tools) {
      lines.emplace_back(trim(tool.name + " " + tool.version));
    }
    std::ranges::sort(lines);
    tools[backend.name] = join(lines, "\n");
  }
  return tools;
}

// Lines of these take most of the room of a file, and say nothing that is kept.
bool is_passed_over(std::string_view line) {
  return line.starts_with(R"({"event":"step-started")") ||
         line.starts_with(R"({"event":"case-planned")") || line.starts_with(R"({"event":"note")");
}

// Reads the whole lines of a file from `offset` on; a line and where it begins go to `take`, which
// returns false to stop. The result: where the first line that was not taken begins.
std::int64_t read_lines(std::ifstream& file, std::int64_t offset,
                        const std::function<bool(std::string_view, std::int64_t)>& take) {
  file.clear();
  file.seekg(offset);
  std::string rest;
  std::string bytes(piece, '\0');
  while (file) {
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    const std::size_t looked_at = rest.size();  // a line may be as long as the file
    rest.append(bytes, 0, static_cast<std::size_t>(file.gcount()));
    std::size_t start = 0;
    for (std::size_t end = rest.find('\n', looked_at); end != std::string::npos;
         end = rest.find('\n', start)) {
      if (!take(std::string_view(rest).substr(start, end - start), offset)) return offset;
      offset += static_cast<std::int64_t>(end + 1 - start);
      start = end + 1;
    }
    rest.erase(0, start);
  }
  return offset;
}

// Brings one results.jsonl into the history.
class RunImport {
 public:
  RunImport(History& history, std::string name, fs::path path, Imported& imported)
      : history_(history), path_(std::move(path)), imported_(imported) {
    run_.name = std::move(name);
  }

  Result<void> import(std::optional<ImportState> before) {
    while (true) {
      const auto identity = identity_of(path_);
      if (!identity || (before && is_read(*before, *identity))) return {};
      std::ifstream file(path_, std::ios::binary);
      if (!file) {
        imported_.notes.push_back(path_.native() + " cannot be read");
        return {};
      }
      strange_ = 0;
      read_start(file);
      const auto was_there = continue_with(file, *identity, before);
      if (!was_there) return was_there.error();
      if (*was_there) {
        note_the_others();
        return {};
      }
      // Somebody else imports this run as well: what is left after them?
      auto now = history_.import_of(run_.name);
      if (!now) return now.error();
      before = *now;
    }
  }

  static bool is_read(const ImportState& state, const FileIdentity& identity) {
    return state.identity == identity;
  }

 private:
  // What all steps refer to stands in the first line.
  void read_start(std::ifstream& file) {
    read_lines(file, 0, [&](std::string_view line, std::int64_t) {
      const auto event = event_from_json_line(std::string(line));
      const auto* started = event ? std::get_if<RunStarted>(&*event) : nullptr;
      if (started == nullptr) return false;
      run_ = {
          run_.name, started->time, started->host, started->system, started->sku, started->version,
          ""};
      if (started->shard) {
        run_.shard = fmt::format("{}/{}", started->shard->index, started->shard->count);
      }
      tools_ = tools_of(*started);
      return false;
    });
  }

  // False: another process was faster.
  Result<bool> continue_with(std::ifstream& file, const FileIdentity& identity,
                             std::optional<ImportState> before) {
    const bool has_grown = before && before->identity.inode == identity.inode &&
                           before->identity.size >= 0 && identity.size > before->identity.size;
    ImportBatch batch;
    batch.run = run_;
    batch.from_start = !has_grown;
    batch.after = {has_grown ? before->offset : 0, identity, has_grown && before->finished};
    bool is_more = true;
    while (is_more) {
      is_more = false;
      batch.after.offset =
          read_lines(file, batch.after.offset, [&](std::string_view line, std::int64_t offset) {
            is_more = batch.steps.size() == steps_at_once;
            if (!is_more) take(line, offset, batch);
            return !is_more;
          });
      // Not read to its end, for all that others know, until it is.
      if (is_more) batch.after.identity.size = batch.after.offset;
      if (!is_more) batch.after.identity = identity;
      const auto added = history_.add(before, batch);
      if (!added || !*added) return added;
      imported_.steps += batch.steps.size();
      batch.steps.clear();
      batch.from_start = false;
      before = batch.after;
    }
    return true;
  }

  // Of the lines that are no events.
  void note_the_others() {
    if (strange_ < 2) return;
    imported_.notes.push_back(
        fmt::format("{}: {} more lines are not events", path_.native(), strange_ - 1));
  }

  void take(std::string_view line, std::int64_t offset, ImportBatch& batch) {
    if (is_passed_over(line)) return;
    const auto event = event_from_json_line(std::string(line));
    if (!event) {
      if (event.error().kind == ErrorKind::not_found) return;  // of a later version
      if (strange_++ > 0) return;  // the first one tells enough of a file that was damaged
      imported_.notes.push_back(fmt::format("{}: what stands at byte {} is not an event: {}",
                                            path_.native(), offset, event.error().message));
    } else if (const auto* step = std::get_if<StepFinished>(&*event)) {
      if (!step->resumed_from.empty()) return;  // it stands where it was done
      batch.steps.push_back(past_step(*step, offset));
    } else if (const auto* finished = std::get_if<RunFinished>(&*event)) {
      batch.after.finished = !finished->interrupted;
    }
  }

  PastStep past_step(const StepFinished& record, std::int64_t offset) const {
    PastStep step;
    step.subject = {
        record.model, record.submodel, record.step, record.stage, record.backend, record.target, 0};
    step.position = offset;
    step.time = record.time;
    step.verdict = name_of(record.verdict);
    step.wall = microseconds(record.seconds);
    step.cached = record.cached;
    std::vector<std::string> devices;
    for (const ActionRecord& action : record.actions) {
      step.actions.push_back(past_action(action));
      const PastAction& past = step.actions.back();
      step.user += past.user;
      step.system += past.system;
      step.peak_memory = std::max(step.peak_memory, past.peak_memory);
      for (const std::string& device : action.devices) {
        if (std::ranges::find(devices, device) == devices.end()) devices.push_back(device);
      }
    }
    step.device = join(devices, ", ");
    if (const auto tools = tools_.find(record.backend); tools != tools_.end()) {
      step.tools = tools->second;
    }
    return step;
  }

  History& history_;
  fs::path path_;
  Imported& imported_;
  PastRun run_;
  std::map<std::string, std::string> tools_;
  std::size_t strange_ = 0;  // lines that are no events
};

}  // namespace

Result<Imported> import_runs(History& history, const fs::path& runs) {
  Imported imported;
  const auto known = history.imports();
  if (!known) return known.error();
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(runs, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    std::string name = entry->path().filename();
    const auto found = known->find(name);
    const bool is_done =
        found != known->end() && found->second.finished && found->second.identity.size >= 0;
    if (!is_done) names.push_back(std::move(name));
  }
  std::ranges::sort(names);  // the order of time
  for (const std::string& name : names) {
    const auto found = known->find(name);
    const auto before =
        found == known->end() ? std::optional<ImportState>() : std::optional(found->second);
    RunImport run(history, name, runs / name / "results.jsonl", imported);
    if (const auto done = run.import(before); !done) return done.error();
  }
  return imported;
}

}  // namespace sharkreg::core
