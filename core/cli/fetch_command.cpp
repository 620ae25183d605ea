// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "base/secrets.h"
#include "base/verdict.h"
#include "cli/commands.h"
#include "cli/fetch_progress.h"
#include "cli/pinning.h"
#include "cli/store_settings.h"
#include "execute/artifact_request.h"

namespace sharkreg::core {
namespace {

// An artifact that is wanted, and by whom.
struct Wanted {
  std::string plan;
  const PlannedArtifact* artifact;
};

// Each place once: cases share artifacts.
std::vector<Wanted> all_wanted(const std::vector<CasePlan>& plans) {
  std::vector<Wanted> wanted;
  std::set<std::filesystem::path> places;
  for (const CasePlan& plan : plans) {
    for (const PlannedArtifact& artifact : plan.artifacts) {
      if (places.insert(artifact.path).second) wanted.push_back({plan.name(), &artifact});
    }
  }
  return wanted;
}

class FetchAll {
 public:
  FetchAll(std::vector<Wanted> wanted, ArtifactStore& store)
      : wanted_(std::move(wanted)), store_(store) {}

  // So many at a time; each of them may use several connections.
  void run(std::size_t jobs) {
    std::vector<std::jthread> threads;
    for (std::size_t count = 0; count < std::min(jobs, wanted_.size()); ++count) {
      threads.emplace_back([this] { work(); });
    }
  }

  std::size_t fetched() const { return fetched_; }
  std::size_t failed() const { return failed_; }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (next_ < wanted_.size()) {
      const Wanted& wanted = wanted_[next_++];
      lock.unlock();
      const auto provided =
          store_.provide(request_for(wanted.artifact->source), wanted.artifact->path);
      lock.lock();
      say(wanted, provided);
    }
  }

  void say(const Wanted& wanted, const Result<Provided>& provided) {
    if (!provided) {
      ++failed_;
      fmt::print(stderr, "sharkreg: {}: cannot provide {}: {}\n", wanted.plan,
                 redacted(wanted.artifact->source.text), redacted(to_text(provided.error())));
      return;
    }
    ++fetched_;
    fmt::print("{}\n", wanted.artifact->path.string());
    if (!provided->note.empty()) print_notes({provided->note});
  }

  const std::vector<Wanted> wanted_;
  ArtifactStore& store_;
  std::mutex mutex_;  // guards the rest, and what is printed
  std::size_t next_ = 0;
  std::size_t fetched_ = 0;
  std::size_t failed_ = 0;
};

}  // namespace

Result<int> fetch_command(Context& context) {
  if (auto fine = expect_no_positional(context, "fetch"); !fine) return fine.error();
  // Without looking for devices: artifacts are often fetched before, or elsewhere.
  auto pinning = Pinning::asked_for(context);
  if (!pinning) return pinning.error();
  auto planned = *pinning ? (*pinning)->all_named() : plan_selected_cases(context, false);
  if (!planned) return planned.error();
  print_notes(context.take_notes());
  print_diagnostics(planned->diagnostics);
  if (*pinning && planned->invalid) return exit_usage;
  const auto jobs = fetch_jobs(context.settings());
  if (!jobs) return jobs.error();
  FetchProgress progress(context.clock());
  const auto store = context.artifact_store([&](StoreSettings& settings) {
    settings.progress = [&](const std::string& location, std::uint64_t done, std::uint64_t total) {
      progress.came(location, done, total);
    };
    settings.waiting = [](const std::string& location) {
      fmt::print(stderr, "waiting for {}, which another process fetches\n", redacted(location));
    };
  });
  if (!store) return store.error();
  FetchAll all(all_wanted(planned->plans), **store);
  {
    std::mutex mutex;
    std::condition_variable_any over;
    // Large artifacts take long: what is fetched now is told every few seconds.
    const std::jthread teller([&](const std::stop_token& stop) {
      std::unique_lock lock(mutex);
      while (!over.wait_for(lock, stop, FetchProgress::interval, [] { return false; })) {
        if (stop.stop_requested()) return;
        for (const std::string& line : progress.lines()) fmt::print(stderr, "{}\n", line);
      }
    });
    all.run(*jobs);
  }
  print_notes(context.take_notes());
  fmt::print(stderr, "{} artifacts are there, {} are not\n", all.fetched(), all.failed());
  if (all.failed() > 0) return exit_infrastructure;
  if (*pinning) {
    const auto contents = contents_of(planned->plans, **store);
    if (!contents) return contents.error();
    if (const auto written = (*pinning)->write(*contents); !written) return written.error();
  }
  return planned->invalid ? exit_usage : exit_fine;
}

}  // namespace sharkreg::core
