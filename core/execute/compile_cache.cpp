// SPDX-License-Identifier: Apache-2.0
#include "execute/compile_cache.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/files.h"
#include "base/text.h"
#include "execute/cache_explanation.h"
#include "execute/result_files.h"
#include "store/clone_file.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

constexpr const char* damaged =
    "the compile cache: a file of the result was gone or damaged in the store";

double seconds(std::chrono::microseconds time) {
  return std::chrono::duration<double>(time).count();
}

CacheHit hit_of(const CachedResult& result, std::string from) {
  return {std::move(from),     result.working_directory, result.seconds,
          result.user_seconds, result.system_seconds,    result.peak_memory_bytes};
}

std::string trouble_with_cache(const Error& error) {
  return "the compile cache: " + error.message;
}

// Files of an action's directory that are removed again unless all of them come.
struct FetchedFiles {
  std::vector<fs::path> paths;
  ~FetchedFiles() {
    std::error_code ignored;
    for (const fs::path& path : paths) fs::remove(path, ignored);
  }
};

// Whether an entry of others has the outputs that the action should have, and nothing in the place
// of its inputs.
Result<void> check_outputs(const RemoteEntry& entry, const PlannedAction& planned,
                           const StagedAction& staged) {
  const auto has = [&](const std::string& name) {
    return std::ranges::find(entry.outputs, name, &RemoteOutput::name) != entry.outputs.end();
  };
  for (const ActionOutput& output : planned.action.outputs) {
    if (has(output.file_name)) continue;
    return Error{ErrorKind::invalid, "an entry lacks the output " + output.file_name, {}};
  }
  for (const auto& [name, path] : staged.names) {
    const std::string first = *fs::path(name).begin();
    if (!has(first)) continue;
    return Error{
        ErrorKind::invalid, "an entry has an output in the place of the input " + name, {}};
  }
  return {};
}

// Both versions of all files, in directories of their own.
Result<void> set_aside(const fs::path& directory, const CachedResult& before, const LeftFiles& now,
                       const std::function<fs::path(const std::string& sha256)>& stored) {
  const auto copy = [](const fs::path& from, const fs::path& to) -> Result<void> {
    if (auto made = make_directories(to.parent_path()); !made) return made;
    return clone_file(from, to);
  };
  for (const CachedFile& file : before.files) {
    const fs::path to = directory / "cached" / file.path;
    if (auto copied = copy(stored(file.sha256), to); !copied) return copied;
  }
  for (const FileToKeep& file : now.files) {
    if (auto copied = copy(file.file, directory / "made_again" / file.path); !copied) return copied;
  }
  return {};
}

}  // namespace

struct CompileCache::Ticket final : public CacheTicket {
  CacheKey key;
  std::string slot;
  std::optional<CachedResult> to_verify;  // it was a hit, and is made again
};

CompileCache::CompileCache(CachedResults& results, RemoteCache* remote,
                           CacheSurroundings surroundings, CompileCacheOptions options)
    : results_(results),
      remote_(remote),
      surroundings_(std::move(surroundings)),
      options_(std::move(options)) {}

CompileCache::~CompileCache() {
  finish();
}

bool CompileCache::considers(const CasePlan& plan, const PlannedAction& planned) const {
  const PlannedStep& step = plan.steps.at(planned.step);
  if (step.stage != Stage::run) return true;
  // What is repeated to see whether it gives the same each time must happen each time.
  return options_.reuses_runs && planned.action.cacheable && step.repetition == 0;
}

CacheAnswer CompileCache::look_up(const CasePlan& plan, std::size_t action,
                                  const StagedAction& staged, const std::vector<Device>& devices) {
  CacheAnswer answer;
  const PlannedAction& planned = plan.actions.at(action);
  if (!considers(plan, planned)) return answer;
  auto key = cache_key(plan, action, staged, devices, surroundings_);
  if (!key) {
    answer.notes.push_back("not cached: " + key.error().message);
    return answer;
  }
  if (!planned.action.cacheable) {
    if (options_.explains) {
      answer.notes.push_back("not cached: the backend does not say that it always gives the same");
    }
    return answer;
  }
  auto ticket = std::make_shared<Ticket>();
  ticket->key = std::move(*key);
  ticket->slot = cache_slot(plan, action);
  if (options_.reads) {
    auto hit = from_store(*ticket, staged, ticket->to_verify, answer.notes);
    if (!hit) answer.notes.push_back(trouble_with_cache(hit.error()));
    if ((!hit || !*hit) && !ticket->to_verify && remote_ != nullptr) {
      hit = from_remote(*ticket, planned, staged, ticket->to_verify);
      if (!hit) answer.notes.push_back("the shared cache: " + hit.error().message);
    }
    if (hit && *hit) {
      answer.hit = std::move(*hit);
      return answer;
    }
  }
  if (options_.explains && !ticket->to_verify) {
    for (std::string& text : explanation(*ticket)) answer.notes.push_back(std::move(text));
  }
  answer.ticket = std::move(ticket);
  return answer;
}

// Chosen by the key and the seed, so that another run looks at others.
bool CompileCache::is_chosen(const std::string& key) const {
  const std::string digest = sha256_of(options_.seed + "\n" + key);
  std::uint32_t number = 0;
  std::from_chars(digest.data(), digest.data() + 8, number, 16);
  return number / 4294967296.0 * 100 < options_.verified_percent;
}

Result<std::optional<CacheHit>> CompileCache::from_store(const Ticket& ticket,
                                                         const StagedAction& staged,
                                                         std::optional<CachedResult>& to_verify,
                                                         std::vector<std::string>& notes) {
  const std::string& key = ticket.key.digest;
  auto found = results_.find(key, ticket.slot);
  if (!found) return found.error();
  if (!*found) return std::optional<CacheHit>();
  const bool verifies = is_chosen(key);
  const LaunchRequest& request = staged.request;
  const auto there = verifies ? results_.is_whole(key, **found)
                              : results_.copy_out(key, **found, staged.directory.path(),
                                                  request.standard_output, request.standard_error);
  if (!there) return there.error();
  if (!*there) {
    notes.emplace_back(damaged);
    return std::optional<CacheHit>();
  }
  if (!verifies) return std::optional(hit_of(**found, {}));
  to_verify = std::move(*found);
  return std::optional<CacheHit>();
}

// Copies of all that an action left.
Result<PendingResult> CompileCache::taken(const PlannedAction& planned,
                                          const StagedAction& staged) {
  const auto left = left_files(planned, staged);
  if (!left) return left.error();
  auto pending =
      results_.take(left->files, staged.request.standard_output, staged.request.standard_error);
  if (pending) pending->result.directories = left->directories;
  return pending;
}

// Straight into the action's directory; then it is kept as if the action had run.
Result<std::optional<CacheHit>> CompileCache::from_remote(const Ticket& ticket,
                                                          const PlannedAction& planned,
                                                          const StagedAction& staged,
                                                          std::optional<CachedResult>& to_verify) {
  // What is printed is not shared, except for errors.
  if (!planned.action.standard_output.empty()) return std::optional<CacheHit>();
  const auto entry = remote_->find(ticket.key.digest);
  if (!entry) return entry.error();
  if (!*entry) return std::optional<CacheHit>();
  if (auto fitting = check_outputs(**entry, planned, staged); !fitting) return fitting.error();

  FetchedFiles fetched;
  for (const RemoteOutput& output : (*entry)->outputs) {
    const fs::path path = staged.directory.path() / output.name;
    const auto there = remote_->fetch(output, path);
    if (!there) return there.error();
    if (!*there) return std::optional<CacheHit>();
    fetched.paths.push_back(path);
    std::error_code error;
    fs::permissions(path, fs::perms(output.is_executable ? 0755 : 0644), error);
    if (error) return Error{ErrorKind::infrastructure, path.native() + ": " + error.message(), {}};
  }
  for (const auto& [log, text] : {std::pair(staged.request.standard_output, std::string()),
                                  {staged.request.standard_error, (*entry)->standard_error}}) {
    if (auto written = write_file_atomically(log, text); !written) return written.error();
  }
  auto pending = options_.writes ? taken(planned, staged) : Result<PendingResult>(PendingResult());
  if (!pending) note(trouble_with_cache(pending.error()));  // it is used all the same
  if (pending && options_.writes && is_chosen(ticket.key.digest)) {
    pending->result.components = ticket.key.components;
    auto kept = results_.keep(ticket.key.digest, ticket.slot, std::move(*pending));
    if (kept) {
      to_verify = std::move(*kept);
      return std::optional<CacheHit>();
    }
    note(trouble_with_cache(kept.error()));
  } else if (pending && options_.writes) {
    keep_later(ticket, std::move(*pending), false);
  }
  fetched.paths.clear();
  CacheHit hit;
  hit.from = options_.remote_host;
  return std::optional(std::move(hit));
}

std::vector<std::string> CompileCache::explanation(const Ticket& ticket) const {
  const auto earlier = results_.results_of(ticket.slot);
  if (!earlier) return {trouble_with_cache(earlier.error())};
  if (earlier->empty()) return {"cache miss: this step has no cached result yet"};
  const auto changes = changes_since_nearest(*earlier, ticket.key.components);
  if (changes.empty()) return {"cache miss: the result of the same was not to be had"};
  return {"cache miss: " + join(changes, "; ")};
}

CacheVerdict CompileCache::keep(const CacheTicket& given, const CasePlan& plan, std::size_t action,
                                const StagedAction& staged, const LaunchResult& launched) {
  const auto& ticket = static_cast<const Ticket&>(given);
  const PlannedAction& planned = plan.actions.at(action);
  if (ticket.to_verify) return verify(ticket, planned, staged, launched);
  return options_.writes ? remember(ticket, planned, staged, launched) : CacheVerdict();
}

// What was there stays, whatever comes out now, unless it was damaged: that is no compiler's fault.
CacheVerdict CompileCache::verify(const Ticket& ticket, const PlannedAction& planned,
                                  const StagedAction& staged, const LaunchResult& launched) {
  const auto left = left_files(planned, staged);
  if (!left) return {{"not compared with the cached result: " + left.error().message}, {}};
  const auto stored = [&](const std::string& sha256) { return results_.file_of(sha256); };
  const auto difference = difference_between(*ticket.to_verify, *left, stored);
  if (!difference) return {{trouble_with_cache(difference.error())}, {}};
  if (!*difference) return {{"compared with the cached result: the same"}, {}};
  const auto right = results_.is_right(ticket.key.digest, *ticket.to_verify);
  if (!right) return {{trouble_with_cache(right.error())}, {}};
  if (!*right) {
    CacheVerdict verdict =
        options_.writes ? remember(ticket, planned, staged, launched) : CacheVerdict();
    verdict.notes.emplace_back(damaged);
    return verdict;
  }
  std::string finding = "not deterministic: made again from the same, " + **difference;
  const fs::path aside = planned.log_directory / ("not_deterministic_" + planned.action.name);
  const auto kept = set_aside(aside, *ticket.to_verify, *left, stored);
  finding += kept ? "; both versions are in " + aside.native()
                  : "; they could not be set aside: " + kept.error().message;
  return {{}, {std::move(finding)}};
}

CacheVerdict CompileCache::remember(const Ticket& ticket, const PlannedAction& planned,
                                    const StagedAction& staged, const LaunchResult& launched) {
  const auto unkept = [](const std::string& why) {
    return CacheVerdict{{"not cached: " + why}, {}};
  };
  if (launched.leftover > 0 || launched.survivors > 0) {
    return unkept("processes still ran when it had ended, and may have written");
  }
  for (const auto& [file, identity] : ticket.key.files) {
    if (identity_of(file) != identity) return unkept(file.native() + " changed while it ran");
  }
  auto pending = taken(planned, staged);
  if (!pending) return unkept(pending.error().message);
  CachedResult& result = pending->result;
  result.working_directory = staged.directory.path();
  result.seconds = seconds(launched.wall);
  result.user_seconds = seconds(launched.user);
  result.system_seconds = seconds(launched.system);
  result.peak_memory_bytes = static_cast<std::int64_t>(launched.peak_memory_bytes);
  keep_later(ticket, std::move(*pending), planned.action.standard_output.empty());
  return {};
}

void CompileCache::keep_later(const Ticket& ticket, PendingResult pending, bool is_shared) {
  pending.result.components = ticket.key.components;
  // std::function wants what can be copied.
  auto waiting = std::make_shared<PendingResult>(std::move(pending));
  later([this, key = ticket.key.digest, slot = ticket.slot, waiting, is_shared] {
    const auto kept = results_.keep(key, slot, std::move(*waiting));
    if (!kept) return note(trouble_with_cache(kept.error()));
    if (is_shared && remote_ != nullptr) share(key, *kept);
    if (auto room = results_.make_room(); !room) note(trouble_with_cache(room.error()));
  });
}

void CompileCache::share(const std::string& key, const CachedResult& result) {
  if (!result.directories.empty()) return;  // the protocol's names are plain
  RemoteEntry entry;
  std::vector<fs::path> files;
  for (const CachedFile& file : result.files) {
    entry.outputs.push_back(
        {file.path, file.sha256, static_cast<std::uint64_t>(file.size), file.is_executable});
    files.push_back(results_.file_of(file.sha256));
  }
  if (!result.standard_error.sha256.empty()) {
    auto text = read_file(results_.file_of(result.standard_error.sha256));
    if (!text) return note("the shared cache: " + text.error().message);
    entry.standard_error = std::move(*text);
  }
  if (auto sent = remote_->upload(key, entry, files); !sent) {
    note("the shared cache: " + sent.error().message);
  }
}

void CompileCache::note(std::string text) {
  const std::scoped_lock lock(mutex_);
  // A full disk or a dead server says the same of each action.
  if (std::ranges::find(notes_, text) == notes_.end()) notes_.push_back(std::move(text));
}

void CompileCache::later(std::function<void()> task) {
  const std::scoped_lock lock(mutex_);
  tasks_.push_back(std::move(task));
  if (!worker_.joinable()) worker_ = std::thread([this] { work(); });
  changed_.notify_one();
}

void CompileCache::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ends_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    const std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

std::vector<std::string> CompileCache::finish() {
  {
    const std::scoped_lock lock(mutex_);
    ends_ = true;
    changed_.notify_one();
  }
  if (worker_.joinable()) worker_.join();
  return std::exchange(notes_, {});
}

}  // namespace sharkreg::core
