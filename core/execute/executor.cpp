// SPDX-License-Identifier: Apache-2.0
#include "execute/executor.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "execute/action_runner.h"
#include "execute/artifact_request.h"
#include "execute/case_graph.h"

namespace sharkreg::core {
namespace {

// Plans are taken a few at a time: the first ones start while others are still read, and signals are
// heard.
constexpr std::size_t plans_at_a_time = 16;
// Until it is looked again whether other processes have done.
constexpr std::chrono::milliseconds retry_after{75};

constexpr Demand one_slot{1, 0};

}  // namespace

// The graph's state. Everything here is touched on the loop's thread only, except what a blocking
// piece of work is handed by value or owns until it reports back.
class Executor::State {
 public:
  State(EventLoop& loop, ActionStarter& actions, ProvideArtifact provide, ExecutorOptions options)
      : loop_(loop),
        actions_(actions),
        provide_(std::move(provide)),
        options_(std::move(options)),
        clock_(options_.clock != nullptr ? *options_.clock : system_clock_),
        scheduler_(options_.scheduling),
        fetchers_(options_.fetch_jobs, 0),
        judges_(options_.judge_jobs, 0) {
    scheduler_.on_wait = [this](const ReadyAction& ready, const std::string& for_what) {
      observer_->action_waits(*ready.plan, ready.action, for_what);
    };
  }

  void run(PlanSource& source, ExecutionObserver& observer) {
    source_ = &source;
    observer_ = &observer;
    actions_.on_stall([&observer](const CasePlan& plan, std::size_t action,
                                  const ActionResult& result, const StallReport& stall) {
      return observer.hangs(plan, action, result, stall);
    });
    exhausted_ = false;
    pump();
    loop_.run_until([this] {
      return exhausted_ && cases_.empty() && !pump_posted_ && providing_ == 0 && checking_ == 0;
    });
  }

  void interrupt() {
    interrupted_ = true;
    actions_.interrupt();
    finish_up();
  }

  void finish_up() {
    halted_ = true;
    stop_.request_stop();
    for (const auto& waiting : waiting_) waiting->due = true;
    pump();
  }

 private:
  struct OpenCase {
    OpenCase(std::shared_ptr<const CasePlan> its_plan, std::uint64_t its_number,
             CaseGraph::StepsWaitFor steps_wait_for)
        : plan(std::move(its_plan)), number(its_number), graph(*plan, steps_wait_for) {
      results.artifacts.resize(plan->artifacts.size());
      results.actions.resize(plan->actions.size());
      for (const PlannedStep& step : plan->steps) {
        if (!step.done_before) continue;
        for (std::size_t action : step.actions) {
          results.actions[action].status =
              *step.done_before ? ActionResult::Status::succeeded : ActionResult::Status::failed;
        }
      }
    }
    std::shared_ptr<const CasePlan> plan;
    std::uint64_t number;
    CaseGraph graph;
    CaseResults results;
    std::vector<std::chrono::milliseconds> remaining;  // by rank; empty: nothing is known
    std::vector<std::uint64_t> memory_bytes;           // by action; likewise
    std::size_t concluding = 0;                        // steps that are being concluded
  };

  // A fetch or a conclusion that could start. In the order of scheduler.h.
  struct Ready {
    std::chrono::milliseconds remaining;
    OpenCase* open;
    Node node;
    bool operator<(const Ready& other) const {
      return std::tuple(-remaining, open->number, node.rank) <
             std::tuple(-other.remaining, other.open->number, other.node.rank);
    }
  };

  // A step that is to be done again.
  struct Waiting {
    OpenCase& open;
    std::size_t step;
    bool due;
  };

  struct Fetch {
    OpenCase& open;
    Node node;
    Resources::Share share;
    std::chrono::steady_clock::time_point start;
    std::optional<std::chrono::steady_clock::time_point> fetched;  // its thread has left it
  };

  // Starts whatever can start now. Safe to be called again from within what it starts.
  void pump() {
    pump_again_ = true;
    if (pumping_) return;
    pumping_ = true;
    while (std::exchange(pump_again_, false)) {
      others_time_ = false;
      take_plans();
      begin_again();
      if (halted_) give_up_what_waits();
      start_conclusions();
      start_artifacts();
      start_actions();
    }
    pumping_ = false;
    // Not at once: thousands of cases may have nothing to be run, and signals want to be heard.
    if (wants_plans()) post_pump();
    if (scheduler_.waits_for_others() || others_time_) pump_later();
  }

  void post_pump() {
    if (std::exchange(pump_posted_, true)) return;
    loop_.post([this] {
      pump_posted_ = false;
      pump();
    });
  }

  void pump_later() {
    if (std::exchange(retrying_, true)) return;
    loop_.after(retry_after, [this, alive = std::weak_ptr<const bool>(alive_)] {
      if (alive.expired()) return;
      retrying_ = false;
      pump();
    });
  }

  bool wants_plans() const {
    return !exhausted_ && (halted_ || cases_.size() < options_.open_cases);
  }

  void take_plans() {
    for (std::size_t taken = 0; taken < plans_at_a_time && wants_plans(); ++taken) {
      // After an interrupt the source is not asked for what would not be run anyway.
      std::shared_ptr<const CasePlan> plan = interrupted_ ? nullptr : source_->next();
      if (plan == nullptr) {
        exhausted_ = true;
      } else {
        open(std::move(plan));
      }
    }
  }

  void open(std::shared_ptr<const CasePlan> plan) {
    const auto steps_wait_for = options_.may_do_again ? CaseGraph::StepsWaitFor::conclusions
                                                      : CaseGraph::StepsWaitFor::actions;
    OpenCase& added =
        cases_.try_emplace(next_number_, std::move(plan), next_number_, steps_wait_for)
            .first->second;
    ++next_number_;
    if (added.graph.finished()) {
      cases_.erase(added.number);
      return;
    }
    if (options_.estimates != nullptr) estimate(added);
    enlist(added);
  }

  // Asked once for each action: it is a look-up in the history.
  void estimate(OpenCase& open) {
    std::vector<std::chrono::milliseconds> times(open.plan->actions.size());
    open.memory_bytes.resize(times.size());
    for (std::size_t action = 0; action < times.size(); ++action) {
      const auto known = options_.estimates->of(*open.plan, action);
      if (!known) continue;
      times[action] = known->wall;
      open.memory_bytes[action] = known->peak_rss_bytes;
    }
    open.remaining = open.graph.remaining(times);
  }

  // Puts what has become ready where it waits for its turn.
  void enlist(OpenCase& open) {
    for (const Node& node : open.graph.take_ready()) {
      const Ready ready{
          open.remaining.empty() ? std::chrono::milliseconds(0) : open.remaining[node.rank], &open,
          node};
      if (node.kind == Node::Kind::artifact) artifacts_.insert(ready);
      if (node.kind == Node::Kind::conclusion) conclusions_.insert(ready);
      if (node.kind == Node::Kind::action) enlist_action(ready);
    }
  }

  void enlist_action(const Ready& ready) {
    OpenCase& open = *ready.open;
    if (!open.graph.can_start(ready.node.index, open.results)) {
      settle_action(
          open, ready.node,
          halted_ ? ActionResult::Status::interrupted : ActionResult::Status::not_started);
    } else {
      const std::uint64_t memory =
          open.memory_bytes.empty() ? 0 : open.memory_bytes[ready.node.index];
      scheduler_.add(
          {open.plan, ready.node.index, ready.remaining, open.number, ready.node.rank, memory});
    }
  }

  void settle(OpenCase& open, const Node& node) {
    open.graph.settle(node);
    enlist(open);
  }

  void settle_action(OpenCase& open, const Node& node, ActionResult::Status status) {
    open.results.actions[node.index].status = status;
    settle(open, node);
  }

  void give_up_what_waits() {
    while (!artifacts_.empty()) {
      const Ready ready = artifacts_.extract(artifacts_.begin()).value();
      ArtifactResult& result = ready.open->results.artifacts[ready.node.index];
      result.settled = true;
      result.error = Error{ErrorKind::interrupted, "interrupted", {}};
      settle(*ready.open, ready.node);
    }
    for (auto waiting = scheduler_.take_all(); !waiting.empty(); waiting = scheduler_.take_all()) {
      for (const ReadyAction& ready : waiting) {
        settle_action(cases_.at(ready.case_number), node_of(ready),
                      ActionResult::Status::interrupted);
      }
    }
  }

  static Node node_of(const ReadyAction& ready) {
    return {Node::Kind::action, ready.action, ready.rank};
  }

  // Nothing begins beside what another process times, except what is to bring this run to its end.
  bool may_begin_other_work() {
    if (halted_ || scheduler_.may_begin_other_work()) return true;
    others_time_ = true;
    if (!std::exchange(told_of_others_, true)) observer_->held_up();
    return false;
  }

  // --- artifacts

  void start_artifacts() {
    while (!artifacts_.empty() && fetchers_.has_room(one_slot) && !scheduler_.is_timing() &&
           may_begin_other_work()) {
      const Ready ready = artifacts_.extract(artifacts_.begin()).value();
      start_artifact(*ready.open, ready.node);
    }
  }

  void start_artifact(OpenCase& open, const Node& node) {
    auto fetch = std::make_shared<Fetch>(
        Fetch{open, node, fetchers_.take(one_slot), clock_.steady(), std::nullopt});
    scheduler_.begin_other_work();
    ++providing_;
    observer_->fetch_started(*open.plan, node.index);
    loop_.post_blocking([this, fetch]() -> std::function<void()> {
      provide_(fetch->open.plan->artifacts[fetch->node.index], stop_.get_token(),
               [this, fetch](Result<Provided> provided) {
                 loop_.post([this, fetch, provided = std::move(provided)] {
                   end_artifact(*fetch, provided);
                 });
               });
      // What was fetched may not be placed yet: the next one need not wait for that.
      return [this, fetch] {
        --providing_;
        fetch->fetched = clock_.steady();
        fetchers_.give_back(fetch->share);
        pump();
      };
    });
  }

  void end_artifact(const Fetch& fetch, const Result<Provided>& provided) {
    scheduler_.end_other_work();
    OpenCase& open = fetch.open;
    observer_->fetch_finished(*open.plan, fetch.node.index);
    observer_->worked(*open.plan, {WorkSpan::Kind::fetch,
                                   fetch.node.index,
                                   fetch.share.slots,
                                   {},
                                   {},
                                   nullptr,
                                   fetch.start,
                                   fetch.fetched.value_or(clock_.steady())});
    ArtifactResult& result = open.results.artifacts[fetch.node.index];
    result.settled = true;
    if (provided) {
      result.note = provided->note;
    } else {
      result.error = provided.error();
    }
    settle(open, fetch.node);
    pump();
  }

  // --- actions

  void start_actions() {
    while (auto decision = scheduler_.next()) {
      OpenCase& open = cases_.at(decision->action.case_number);
      const Node node = node_of(decision->action);
      if (decision->refusal) {
        open.results.actions[node.index].trouble = std::move(decision->refusal);
        open.results.actions[node.index].refused = true;
        settle_action(open, node, ActionResult::Status::failed);
        pump_again_ = true;
      } else {
        start_action(open, node, std::make_shared<Scheduler::Grant>(std::move(*decision->grant)));
      }
    }
  }

  void start_action(OpenCase& open, const Node& node, std::shared_ptr<Scheduler::Grant> grant) {
    observer_->action_started(*open.plan, node.index);
    actions_.run(open.plan, node.index, {grant->devices.devices, grant->serial},
                 [this, &open, node, grant, start = clock_.steady()](ActionResult result) {
                   end_action(open, node, *grant, std::move(result), start);
                 });
  }

  void end_action(OpenCase& open, const Node& node, Scheduler::Grant& grant, ActionResult ended,
                  std::chrono::steady_clock::time_point start) {
    ActionResult& result = open.results.actions[node.index];
    result = std::move(ended);
    for (const Device& device : grant.devices.devices) result.devices.push_back(device.id);
    observer_->worked(*open.plan,
                      {WorkSpan::Kind::action, node.index, grant.share.slots, grant.devices.devices,
                       grant.devices.places, &result, start, clock_.steady()});
    const bool failed_by_itself = result.status == ActionResult::Status::failed && result.launch;
    if (failed_by_itself && options_.check_device && !grant.devices.devices.empty()) {
      check(open.plan, node.index, result, std::exchange(grant.devices, {}));
    }
    scheduler_.give_back(std::move(grant));
    settle(open, node);
    pump();
  }

  void check(std::shared_ptr<const CasePlan> plan, std::size_t action, const ActionResult& result,
             DevicePool::Taken devices) {
    ++checking_;
    scheduler_.begin_other_work();
    auto taken = std::make_shared<DevicePool::Taken>(std::move(devices));
    loop_.post_blocking([this, plan, action, result, taken]() -> std::function<void()> {
      std::vector<std::string> troubles(taken->devices.size());
      if (may_be_the_devices_fault(*plan, action, result)) {
        for (std::size_t index = 0; index < troubles.size(); ++index) {
          troubles[index] = options_.check_device(taken->backend, taken->devices[index]);
        }
      }
      return [this, troubles, taken] {
        for (std::size_t index = 0; index < troubles.size(); ++index) {
          if (troubles[index].empty()) continue;
          scheduler_.quarantine(taken->backend, taken->devices[index], troubles[index]);
        }
        scheduler_.give_back(std::move(*taken));
        --checking_;
        scheduler_.end_other_work();
        pump();
      };
    });
  }

  bool may_be_the_devices_fault(const CasePlan& plan, std::size_t action,
                                const ActionResult& result) const {
    using End = LaunchResult::End;
    const End end = result.launch->end;
    return end == End::timed_out || end == End::signalled ||
           observer_->blames_device(plan, action, result);
  }

  // --- conclusions

  void start_conclusions() {
    while (!conclusions_.empty() && judges_.has_room(one_slot) && !scheduler_.runs_alone() &&
           may_begin_other_work()) {
      const Ready ready = conclusions_.extract(conclusions_.begin()).value();
      start_conclusion(*ready.open, ready.node);
    }
  }

  void start_conclusion(OpenCase& open, const Node& node) {
    const Resources::Share share = judges_.take(one_slot);
    scheduler_.begin_other_work();
    ++open.concluding;
    const auto start = clock_.steady();
    loop_.post_blocking([this, &open, node, share, start]() -> std::function<void()> {
      auto announce = observer_->conclude(*open.plan, node.index, open.results);
      const auto end = clock_.steady();
      return [this, &open, node, share, start, end, announce = std::move(announce)] {
        judges_.give_back(share);
        scheduler_.end_other_work();
        --open.concluding;
        const ExecutionObserver::Again again = announce();
        observer_->worked(
            *open.plan,
            {WorkSpan::Kind::conclusion, node.index, share.slots, {}, {}, nullptr, start, end});
        if (again) {
          do_again(open, node.index, *again);
        } else {
          settle(open, node);
          if (open.graph.finished()) cases_.erase(open.number);
        }
        pump();
      };
    });
  }

  // --- steps that are done again

  void do_again(OpenCase& open, std::size_t step, std::chrono::milliseconds wait) {
    auto waiting = std::make_shared<Waiting>(Waiting{open, step, halted_});
    waiting_.push_back(waiting);
    if (halted_) return;
    loop_.after(wait, [this, waiting, alive = std::weak_ptr<const bool>(alive_)] {
      if (alive.expired()) return;
      waiting->due = true;
      pump();
    });
  }

  // Conclusions read the results that are forgotten here, so none of the case may be under way.
  void begin_again() {
    std::erase_if(waiting_, [this](const std::shared_ptr<Waiting>& waiting) {
      OpenCase& open = waiting->open;
      if (!waiting->due || open.concluding > 0) return false;
      open.graph.reset(waiting->step, open.results);
      enlist(open);
      return true;
    });
  }

  EventLoop& loop_;
  ActionStarter& actions_;
  ProvideArtifact provide_;
  ExecutorOptions options_;
  SystemClock system_clock_;
  const Clock& clock_;
  PlanSource* source_ = nullptr;
  ExecutionObserver* observer_ = nullptr;
  Scheduler scheduler_;
  Resources fetchers_;
  Resources judges_;
  std::map<std::uint64_t, OpenCase> cases_;  // by number
  std::uint64_t next_number_ = 0;
  std::set<Ready> artifacts_;
  std::set<Ready> conclusions_;
  std::vector<std::shared_ptr<Waiting>> waiting_;
  std::stop_source stop_;      // of what is fetched
  std::size_t providing_ = 0;  // threads that fetch
  std::size_t checking_ = 0;
  bool interrupted_ = false;
  bool halted_ = false;  // nothing is started any more
  bool exhausted_ = false;
  bool pumping_ = false;
  bool pump_again_ = false;
  bool pump_posted_ = false;
  bool others_time_ = false;
  bool told_of_others_ = false;
  bool retrying_ = false;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

Executor::Executor(EventLoop& loop, Launcher& launcher, ArtifactStore& store,
                   ExecutorOptions options)
    : own_actions_(std::make_unique<ActionRunner>(loop, launcher, options.worker, options.cache)),
      state_(std::make_unique<State>(
          loop, *own_actions_,
          [&store](const PlannedArtifact& artifact, const std::stop_token& stop, auto done) {
            store.provide(request_for(artifact.source), artifact.path, stop, std::move(done));
          },
          std::move(options))) {}

Executor::Executor(EventLoop& loop, ActionStarter& actions, ProvideArtifact provide,
                   ExecutorOptions options)
    : state_(std::make_unique<State>(loop, actions, std::move(provide), std::move(options))) {}

Executor::~Executor() = default;

void Executor::run(PlanSource& source, ExecutionObserver& observer) {
  state_->run(source, observer);
}

void Executor::finish_up() {
  state_->finish_up();
}

void Executor::interrupt() {
  state_->interrupt();
}

}  // namespace sharkreg::core
