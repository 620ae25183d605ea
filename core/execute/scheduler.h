// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "execute/action_starter.h"
#include "execute/device_pool.h"
#include "execute/resources.h"
#include "execute/timing_lock.h"
#include "plan/plan.h"

namespace sharkreg::core {

struct SchedulerOptions {
  std::size_t jobs = 1;                  // CPU slots
  std::uint64_t memory_bytes = 0;        // for all actions together; 0: not counted
  std::size_t device_jobs = 1;           // actions that share a device
  std::optional<double> load_limit;      // nothing more is started while the load is above it
  bool exclusive_timing = false;         // actions of runs have the machine to themselves
  std::filesystem::path lock_directory;  // of all sharkreg processes; empty: there are no others
  std::function<double()> load;          // null: the machine's
};

// An action whose inputs are there.
struct ReadyAction {
  std::shared_ptr<const CasePlan> plan;
  std::size_t action = 0;
  // Until the end of its case, by what is known: those with most come first.
  std::chrono::milliseconds remaining{0};
  // Then cases come in their order, and actions in that of their plan.
  std::uint64_t case_number = 0;
  std::size_t rank = 0;
  std::uint64_t memory_bytes = 0;  // that it is known to need
};

// Which action starts when: counts what the machine has, and what actions need.
//
// - Those that have most before them come first. Who finds no room is passed over by others that do,
//   but not for ever: after some dozen of them, room is kept for him.
// - An action that offers serial arguments gets them, and one CPU slot, when others are there to keep
//   all slots busy. Otherwise it uses several threads, and counts as its part of the free slots.
// - With exclusive timing, actions of runs wait until there is nothing else to be done, and then
//   come one by one, all that are ready.
//
// Threads: one. Never waits.
class Scheduler {
 public:
  explicit Scheduler(SchedulerOptions options);

  // What one action has until it is given back.
  struct Grant {
    Resources::Share share;
    DevicePool::Taken devices;
    bool serial = false;
    bool alone = false;
  };

  // An action that leaves the queue.
  struct Decision {
    ReadyAction action;
    std::optional<Grant> grant;    // it is to start, with this
    std::optional<Error> refusal;  // it cannot: that is its trouble
  };

  void add(ReadyAction ready);

  // The next action that can start now, or never will.
  std::optional<Decision> next();

  // Whether something that is no action may begin now: a fetch, a comparison. Nobody times anything
  // beside such work, in this process or another.
  bool may_begin_other_work();
  void begin_other_work() { ++other_work_; }
  void end_other_work();

  // After the action's end. The devices of a grant can be kept back, and given back on their own.
  void give_back(Grant grant);
  void give_back(DevicePool::Taken devices) { devices_.give_back(devices); }

  void quarantine(const std::string& backend, const Device& device, const std::string& because) {
    devices_.quarantine(backend, device, because);
  }

  // All that waits, in its order; it leaves the queue.
  std::vector<ReadyAction> take_all();

  // Whether timed actions have their turn, when nothing that goes on for long may start; and whether
  // one runs, when nothing at all may.
  bool is_timing() const { return alone_ || (timing_ && !timed_.empty()); }
  bool runs_alone() const { return alone_; }

  // What next() found no room for depends on others than this process: it is to be asked again.
  bool waits_for_others() const { return waits_for_others_; }

  // Is told, once, what an action waits for that is not this process's own doing.
  std::function<void(const ReadyAction&, const std::string&)> on_wait;

 private:
  struct Waiting {
    ReadyAction ready;
    bool timed = false;
    mutable std::size_t passed_by = 0;
    mutable std::string told;
  };
  struct Earlier {
    bool operator()(const Waiting& left, const Waiting& right) const;
  };
  using Queue = std::set<Waiting, Earlier>;

  bool is_idle() const { return running_ == 0 && other_work_ == 0; }

  enum class Obstacle { none, room, device, others };

  Result<bool> is_held_back(const Waiting& waiting, bool alone);
  void release_if_idle();
  std::optional<Decision> first_that_fits(Queue& queue, bool alone);
  std::optional<Decision> try_to_grant(const Waiting& waiting, bool alone, Obstacle& obstacle);
  Demand demand_of(const Waiting& waiting, bool& serial) const;
  void tell(const Waiting& waiting, const std::string& what) const;

  SchedulerOptions options_;
  Resources resources_;
  DevicePool devices_;
  TimingLock timing_lock_;
  Queue ordinary_;
  Queue timed_;
  std::size_t running_ = 0;
  std::size_t other_work_ = 0;
  bool timing_ = false;
  bool alone_ = false;
  bool waits_for_others_ = false;
};

}  // namespace sharkreg::core
