// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdio>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/secrets.h"
#include "base/verdict.h"
#include "cli/commands.h"
#include "cli/fetch_progress.h"
#include "cli/pinning.h"
#include "cli/store_settings.h"
#include "execute/artifact_request.h"
#include "execute/event_loop.h"

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

// What is fetched now, at the end of what was printed: on a terminal in place, many times a second;
// elsewhere a line now and then for each that is large. All else that is printed goes through here.
class ProgressLines {
 public:
  explicit ProgressLines(FetchProgress& progress)
      : progress_(progress), in_place_(::isatty(STDERR_FILENO) == 1) {}

  std::chrono::milliseconds interval() const {
    return in_place_
               ? std::chrono::milliseconds(250)
               : std::chrono::duration_cast<std::chrono::milliseconds>(FetchProgress::interval);
  }

  void refresh() {
    if (!in_place_) {
      for (const std::string& line : progress_.lines(FetchProgress::Which::moving)) {
        fmt::print(stderr, "{}\n", line);
      }
      return;
    }
    clear();
    winsize window{};
    ::ioctl(STDERR_FILENO, TIOCGWINSZ, &window);
    // One that fills its row, or does not fit, would take more rows than are cleared.
    const std::size_t columns = window.ws_col > 1 ? window.ws_col - 1U : 79;
    const std::size_t rows = window.ws_row > 1 ? window.ws_row - 1U : 23;
    const auto lines = progress_.lines(FetchProgress::Which::all, columns);
    for (std::size_t at = lines.size() > rows ? lines.size() - rows : 0; at < lines.size(); ++at) {
      fmt::print(stderr, "{}\n", lines[at]);
      ++shown_;
    }
  }

  void ended(const std::string& location) { progress_.ended(location); }

  // Before something else is printed.
  void clear() {
    if (in_place_ && shown_ > 0) fmt::print(stderr, "\r\x1b[{}A\x1b[J", shown_);
    shown_ = 0;
  }

 private:
  FetchProgress& progress_;
  const bool in_place_;
  std::size_t shown_ = 0;
};

// Fetches as many artifacts at a time as the loop has threads for what blocks, each over several
// connections; what it prints and counts belongs to the loop's thread.
class FetchAll {
 public:
  FetchAll(std::vector<Wanted> wanted, ArtifactStore& store, EventLoop& loop, ProgressLines& lines)
      : wanted_(std::move(wanted)), store_(store), loop_(loop), lines_(lines) {}

  // Ends when all were tried, or what was running after interrupt().
  void run() {
    take_present();
    running_ = wanted_.size();
    for (const Wanted& wanted : wanted_) {
      loop_.post_blocking([this, &wanted]() -> std::function<void()> {
        if (stop_.stop_requested()) return [this] { --running_; };
        store_.provide(request_for(wanted.artifact->source), wanted.artifact->path,
                       stop_.get_token(), [this, &wanted](Result<Provided> provided) {
                         tell({&wanted, std::move(provided)});
                       });
        return {};
      });
    }
    loop_.run_until([this] { return running_ == 0; });
  }

  void interrupt() { stop_.request_stop(); }

  void say_waiting(const std::string& location) {
    loop_.post([this, location] {
      lines_.clear();
      fmt::print(stderr, "waiting for {}, which another process fetches\n", redacted(location));
    });
  }

  std::size_t fetched() const { return fetched_; }
  std::size_t failed() const { return failed_; }

 private:
  struct Ended {
    const Wanted* wanted;
    Result<Provided> provided;
  };

  // What needs no fetching needs no threads either; what is left is fetched.
  void take_present() {
    std::vector<ArtifactStore::Placed> all;
    for (const Wanted& wanted : wanted_) {
      all.push_back({request_for(wanted.artifact->source), wanted.artifact->path});
    }
    const auto provided = store_.provide_present(all);
    std::vector<Wanted> missing;
    for (std::size_t at = 0; at < wanted_.size(); ++at) {
      if (provided[at]) {
        say(wanted_[at], *provided[at]);
      } else {
        missing.push_back(wanted_[at]);
      }
    }
    wanted_ = std::move(missing);
  }

  // By any thread. The loop is called once for all that end before it comes.
  void tell(Ended ended) {
    {
      const std::scoped_lock lock(mutex_);
      ended_.push_back(std::move(ended));
      if (ended_.size() > 1) return;
    }
    loop_.post([this] {
      for (const Ended& one : take_ended()) {
        --running_;
        lines_.ended(one.wanted->artifact->source.location);
        say(*one.wanted, one.provided);
      }
    });
  }

  std::vector<Ended> take_ended() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(ended_, {});
  }

  void say(const Wanted& wanted, const Result<Provided>& provided) {
    lines_.clear();
    if (!provided) {
      ++failed_;
      if (provided.error().kind == ErrorKind::interrupted) return;
      fmt::print(stderr, "sharkreg: {}: cannot provide {}: {}\n", wanted.plan,
                 redacted(wanted.artifact->source.text), redacted(to_text(provided.error())));
      return;
    }
    ++fetched_;
    fmt::print("{}\n", wanted.artifact->path.string());
    if (!provided->note.empty()) print_notes({provided->note});
  }

  std::vector<Wanted> wanted_;
  ArtifactStore& store_;
  EventLoop& loop_;
  ProgressLines& lines_;
  std::stop_source stop_;
  std::mutex mutex_;          // guards what follows
  std::vector<Ended> ended_;  // and not yet said
  std::size_t running_ = 0;
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
  FetchAll* fetching = nullptr;
  const auto store = context.artifact_store([&](StoreSettings& settings) {
    settings.progress = [&](const std::string& location, std::uint64_t done, std::uint64_t total) {
      progress.came(location, done, total);
    };
    settings.waiting = [&](const std::string& location) { fetching->say_waiting(location); };
    // New pins are of what there is now.
    if (*pinning && context.settings().is_true("repin")) settings.revalidate = Revalidate::always;
  });
  if (!store) return store.error();
  EventLoop loop(*jobs);
  ProgressLines lines(progress);
  FetchAll all(all_wanted(planned->plans), **store, loop, lines);
  fetching = &all;
  std::optional<int> signal;
  loop.on_signal([&](int number) {
    signal = number;
    all.interrupt();
  });
  loop.every(lines.interval(), [&] { lines.refresh(); });
  all.run();
  lines.clear();
  print_notes(context.take_notes());
  fmt::print(stderr, "{} {} there, {} {} not\n", all.fetched(),
             all.fetched() == 1 ? "artifact is" : "artifacts are", all.failed(),
             all.failed() == 1 ? "is" : "are");
  if (signal) {
    fmt::print(stderr, "interrupted: the next fetch goes on where this one stopped\n");
    return *signal == SIGTERM ? exit_terminated : exit_interrupted;
  }
  if (all.failed() > 0) return exit_infrastructure;
  if (*pinning) {
    const auto contents = contents_of(planned->plans, **store);
    if (!contents) return contents.error();
    if (const auto written = (*pinning)->write(*contents); !written) return written.error();
  }
  return planned->invalid ? exit_usage : exit_fine;
}

}  // namespace sharkreg::core
