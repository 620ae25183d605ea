// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "execute/action_cache.h"
#include "execute/cache_key.h"
#include "store/cached_results.h"
#include "store/remote_cache.h"

namespace sharkreg::core {

struct CompileCacheOptions {
  bool reads = true;            // false: whatever is known is made again
  bool writes = true;           // false: what is made is not remembered
  bool reuses_runs = false;     // also of runs that a backend says always give the same
  bool explains = false;        // says for each miss what changed
  double verified_percent = 0;  // of hits, which are made again and compared
  std::string seed;             // of the choice of those
  std::string remote_host;      // of the shared cache, for people
};

// Results of actions in the store (cached_results.h), and in a cache that a team shares.
//
// What an action left is copied when it ends; a thread of this object's own then hashes and flushes
// it, tells the index, and sends it to the shared cache: no compile and no device waits for that.
class CompileCache final : public ActionCache {
 public:
  // `remote` may be null. All must outlive it.
  CompileCache(CachedResults& results, RemoteCache* remote, CacheSurroundings surroundings,
               CompileCacheOptions options);
  // As finish().
  ~CompileCache() override;

  CacheAnswer look_up(const CasePlan& plan, std::size_t action, const StagedAction& staged,
                      const std::vector<Device>& devices) override;
  CacheVerdict keep(const CacheTicket& ticket, const CasePlan& plan, std::size_t action,
                    const StagedAction& staged, const LaunchResult& launched) override;

  // Waits until all is kept and sent. What went wrong meanwhile, for people.
  std::vector<std::string> finish();

 private:
  struct Ticket;

  bool considers(const CasePlan& plan, const PlannedAction& planned) const;
  Result<std::optional<CacheHit>> from_store(const Ticket& ticket, const StagedAction& staged,
                                             std::optional<CachedResult>& to_verify,
                                             std::vector<std::string>& notes);
  Result<std::optional<CacheHit>> from_remote(const Ticket& ticket, const PlannedAction& planned,
                                              const StagedAction& staged,
                                              std::optional<CachedResult>& to_verify);
  Result<PendingResult> taken(const PlannedAction& planned, const StagedAction& staged);
  bool is_chosen(const std::string& key) const;
  std::vector<std::string> explanation(const Ticket& ticket) const;
  CacheVerdict verify(const Ticket& ticket, const PlannedAction& planned,
                      const StagedAction& staged, const LaunchResult& launched);
  CacheVerdict remember(const Ticket& ticket, const PlannedAction& planned,
                        const StagedAction& staged, const LaunchResult& launched);
  void keep_later(const Ticket& ticket, PendingResult pending, bool is_shared);
  void share(const std::string& key, const CachedResult& result);
  void note(std::string text);
  void later(std::function<void()> task);
  void work();

  CachedResults& results_;
  RemoteCache* const remote_;
  const CacheSurroundings surroundings_;
  const CompileCacheOptions options_;

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::string> notes_;
  bool ends_ = false;
  std::thread worker_;  // started by the first task
};

}  // namespace sharkreg::core
