// SPDX-License-Identifier: Apache-2.0
#include "execute/scheduler.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "execute/machine.h"

namespace sharkreg::core {
namespace {

// How many others may start before an action that finds no room.
constexpr std::size_t patience = 32;

const PlannedAction& planned(const ReadyAction& ready) {
  return ready.plan->actions[ready.action];
}

}  // namespace

bool Scheduler::Earlier::operator()(const Waiting& left, const Waiting& right) const {
  const auto key = [](const Waiting& waiting) {
    const ReadyAction& ready = waiting.ready;
    return std::tuple(-ready.remaining, ready.case_number, ready.rank, ready.action);
  };
  return key(left) < key(right);
}

Scheduler::Scheduler(SchedulerOptions options)
    : options_(std::move(options)),
      resources_(options_.jobs, options_.memory_bytes),
      devices_(options_.device_jobs, options_.lock_directory),
      timing_lock_(options_.lock_directory) {
  if (!options_.load) options_.load = load_average;
}

void Scheduler::add(ReadyAction ready) {
  const bool timed =
      options_.exclusive_timing && ready.plan->steps[planned(ready).step].stage == Stage::run;
  (timed ? timed_ : ordinary_).insert({std::move(ready), timed, 0, {}});
}

std::optional<Scheduler::Decision> Scheduler::next() {
  waits_for_others_ = false;
  if (alone_) return std::nullopt;
  if (timed_.empty()) timing_ = false;
  if (!timing_) {
    auto decision = first_that_fits(ordinary_, false);
    if (decision || timed_.empty() || !is_idle()) return decision;
    timing_ = true;
  }
  if (!is_idle()) return std::nullopt;
  return first_that_fits(timed_, true);
}

std::optional<Scheduler::Decision> Scheduler::first_that_fits(Queue& queue, bool alone) {
  for (auto waiting = queue.begin(); waiting != queue.end(); ++waiting) {
    Obstacle obstacle = Obstacle::none;
    auto decision = try_to_grant(*waiting, alone, obstacle);
    if (decision) {
      for (auto earlier = queue.begin(); earlier != waiting; ++earlier) ++earlier->passed_by;
      queue.erase(waiting);
      return decision;
    }
    if (obstacle == Obstacle::others) break;
    if (obstacle == Obstacle::room && waiting->passed_by >= patience) break;
  }
  if (!alone) release_if_idle();
  return std::nullopt;
}

std::optional<Scheduler::Decision> Scheduler::try_to_grant(const Waiting& waiting, bool alone,
                                                           Obstacle& obstacle) {
  const PlannedAction& action = planned(waiting.ready);
  Grant grant;
  const Demand demand = demand_of(waiting, grant.serial);
  if (!resources_.has_room(demand)) {
    obstacle = Obstacle::room;
    return std::nullopt;
  }
  const Result<bool> held_back = is_held_back(waiting, alone);
  if (!held_back) return Decision{waiting.ready, std::nullopt, held_back.error()};
  if (*held_back) {
    obstacle = Obstacle::others;
    return std::nullopt;
  }
  if (action.action.device_count > 0 && !action.devices.empty()) {
    auto answer = devices_.take(*waiting.ready.plan, waiting.ready.action);
    if (auto* error = std::get_if<Error>(&answer)) {
      return Decision{waiting.ready, std::nullopt, std::move(*error)};
    }
    if (const auto* busy = std::get_if<DevicePool::Busy>(&answer)) {
      obstacle = Obstacle::device;
      if (busy->by_other_process) {
        waits_for_others_ = true;
        tell(waiting, busy->because);
      }
      return std::nullopt;
    }
    grant.devices = std::move(std::get<DevicePool::Taken>(answer));
  }
  grant.share = resources_.take(demand);
  grant.alone = alone_ = alone;
  ++running_;
  return Decision{waiting.ready, std::move(grant), std::nullopt};
}

// By what concerns every action alike. An error: it is to be timed, and others cannot be kept away.
Result<bool> Scheduler::is_held_back(const Waiting& waiting, bool alone) {
  if (options_.load_limit && running_ > 0 && options_.load() > *options_.load_limit) {
    waits_for_others_ = true;
    return true;
  }
  const Result<bool> may = alone ? timing_lock_.take_alone() : timing_lock_.share();
  if (!may && alone) return may.error();
  // Where there can be no lock, other processes are not known of; a device says so itself.
  if (!may || *may) return false;
  waits_for_others_ = true;
  tell(waiting, alone ? "other sharkreg processes to end what they run"
                      : "another sharkreg process, which times something");
  return true;
}

bool Scheduler::may_begin_other_work() {
  const Result<bool> may = timing_lock_.share();
  return !may || *may;
}

void Scheduler::end_other_work() {
  --other_work_;
  release_if_idle();
}

void Scheduler::release_if_idle() {
  if (is_idle()) timing_lock_.release();
}

Demand Scheduler::demand_of(const Waiting& waiting, bool& serial) const {
  const Action& action = planned(waiting.ready).action;
  Demand demand;
  // One that keeps no processor busy is bounded by its device, or else counts as if it did.
  const bool has_device = action.device_count > 0 && !planned(waiting.ready).devices.empty();
  demand.cpu_slots =
      static_cast<std::size_t>(std::max<std::int64_t>(action.cpu_slots, has_device ? 0 : 1));
  demand.memory_bytes = waiting.ready.memory_bytes;
  if (action.serial_arguments.empty()) return demand;
  const std::size_t busy = resources_.all_slots() - resources_.free_slots();
  const std::size_t ready = ordinary_.size() + timed_.size();
  serial = busy + ready >= resources_.all_slots();
  if (!serial) demand.cpu_slots = std::max(demand.cpu_slots, resources_.free_slots() / ready);
  return demand;
}

void Scheduler::give_back(Grant grant) {
  resources_.give_back(grant.share);
  devices_.give_back(grant.devices);
  if (grant.alone) alone_ = false;
  --running_;
  release_if_idle();
}

std::vector<ReadyAction> Scheduler::take_all() {
  std::vector<ReadyAction> all;
  for (Queue* queue : {&ordinary_, &timed_}) {
    for (const Waiting& waiting : *queue) all.push_back(waiting.ready);
    queue->clear();
  }
  timing_ = false;
  waits_for_others_ = false;
  release_if_idle();
  return all;
}

void Scheduler::tell(const Waiting& waiting, const std::string& what) const {
  if (on_wait && std::exchange(waiting.told, what) != what) on_wait(waiting.ready, what);
}

}  // namespace sharkreg::core
