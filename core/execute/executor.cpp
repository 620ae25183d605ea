// SPDX-License-Identifier: Apache-2.0
#include "execute/executor.h"

#include <algorithm>
#include <list>
#include <set>
#include <stop_token>
#include <utility>
#include <vector>

#include "execute/action_runner.h"
#include "execute/artifact_request.h"
#include "execute/case_graph.h"

namespace sharkreg::core {

// The graph's state. Everything here is touched on the loop's thread only, except what a blocking
// piece of work is handed by value or owns until it reports back.
class Executor::State {
 public:
  State(EventLoop& loop, Launcher& launcher, ArtifactStore& store, ExecutorOptions options)
      : loop_(loop),
        runner_(loop, launcher, options.worker),
        store_(store),
        options_(std::move(options)) {}

  void run(PlanSource& source, ExecutionObserver& observer) {
    source_ = &source;
    observer_ = &observer;
    exhausted_ = false;
    pump();
    loop_.run_until([this] { return exhausted_ && cases_.empty() && !pump_posted_; });
  }

  void interrupt() {
    interrupted_ = true;
    runner_.interrupt();
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
    OpenCase(std::shared_ptr<const CasePlan> its_plan, CaseGraph::StepsWaitFor steps_wait_for)
        : plan(std::move(its_plan)), graph(*plan, steps_wait_for) {
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
    CaseGraph graph;
    CaseResults results;
  };
  using CaseIterator = std::list<OpenCase>::iterator;

  // A step that is to be done again.
  struct Waiting {
    CaseIterator open;
    std::size_t step;
    bool due = false;
  };

  // Starts whatever can start now. Safe to be called again from within what it starts.
  void pump() {
    pump_again_ = true;
    if (pumping_) return;
    pumping_ = true;
    while (std::exchange(pump_again_, false)) {
      take_plans();
      if (!concluding_) begin_again();
      for (auto open = cases_.begin(); open != cases_.end(); ++open) {
        const auto room = [&](const Node& node) { return has_room(*open, node); };
        while (const auto node = open->graph.take_ready(room)) start(open, *node);
      }
      cases_.remove_if([](const OpenCase& open) { return open.graph.finished(); });
    }
    pumping_ = false;
    // Not at once: thousands of cases may have nothing to be run, and signals want to be heard.
    if (wants_plans()) pump_later();
  }

  void pump_later() {
    if (std::exchange(pump_posted_, true)) return;
    loop_.post([this] {
      pump_posted_ = false;
      pump();
    });
  }

  bool wants_plans() const {
    return !exhausted_ && (interrupted_ || cases_.size() < options_.open_cases);
  }

  void take_plans() {
    while (wants_plans()) {
      // After an interrupt the source is not asked for what would not be run anyway.
      std::shared_ptr<const CasePlan> plan = interrupted_ ? nullptr : source_->next();
      if (plan == nullptr) {
        exhausted_ = true;
      } else {
        cases_.emplace_back(std::move(plan), options_.may_do_again
                                                 ? CaseGraph::StepsWaitFor::conclusions
                                                 : CaseGraph::StepsWaitFor::actions);
      }
    }
  }

  bool has_room(const OpenCase& open, const Node& node) const {
    switch (node.kind) {
      case Node::Kind::artifact:
        return halted_ || fetching_ < options_.fetch_jobs;
      case Node::Kind::action:
        return halted_ || (acting_ < options_.jobs && has_devices(open.plan->actions[node.index]));
      case Node::Kind::conclusion:
        return !concluding_;
    }
    return false;
  }

  void start(CaseIterator open, Node node) {
    switch (node.kind) {
      case Node::Kind::artifact:
        halted_ ? skip_artifact(open, node) : start_artifact(open, node);
        break;
      case Node::Kind::action:
        start_or_skip_action(open, node);
        break;
      case Node::Kind::conclusion:
        start_conclusion(open, node);
        break;
    }
  }

  void finish(CaseIterator open, Node node) {
    open->graph.settle(node);
    pump();
  }

  // --- artifacts

  void skip_artifact(CaseIterator open, Node node) {
    ArtifactResult& result = open->results.artifacts[node.index];
    result.settled = true;
    result.error = Error{ErrorKind::interrupted, "interrupted", {}};
    finish(open, node);
  }

  void start_artifact(CaseIterator open, Node node) {
    ++fetching_;
    observer_->fetch_started(*open->plan, node.index);
    const PlannedArtifact& artifact = open->plan->artifacts[node.index];
    loop_.post_blocking([this, open, node, &artifact]() -> std::function<void()> {
      Result<Provided> provided =
          store_.provide(request_for(artifact.source), artifact.path, stop_.get_token());
      return [this, open, node, provided = std::move(provided)] {
        --fetching_;
        observer_->fetch_finished(*open->plan, node.index);
        ArtifactResult& result = open->results.artifacts[node.index];
        result.settled = true;
        if (provided) {
          result.note = provided->note;
        } else {
          result.error = provided.error();
        }
        finish(open, node);
      };
    });
  }

  // --- actions

  void start_or_skip_action(CaseIterator open, Node node) {
    ActionResult& result = open->results.actions[node.index];
    if (halted_) {
      result.status = ActionResult::Status::interrupted;
    } else if (!open->graph.can_start(node.index, open->results)) {
      result.status = ActionResult::Status::not_started;
    } else {
      start_action(open, node);
      return;
    }
    finish(open, node);
  }

  void start_action(CaseIterator open, Node node) {
    ++acting_;
    const std::vector<Device> devices = free_devices(open->plan->actions[node.index]);
    for (const Device& device : devices) busy_devices_.insert(device.id);
    observer_->action_started(*open->plan, node.index);
    runner_.run(open->plan, node.index, devices, [this, open, node, devices](ActionResult result) {
      open->results.actions[node.index] = std::move(result);
      end_action(open, node, devices);
    });
  }

  void end_action(CaseIterator open, Node node, const std::vector<Device>& devices) {
    for (const Device& device : devices) busy_devices_.erase(device.id);
    --acting_;
    finish(open, node);
  }

  // As many devices as the action wants, or as are left, of those that are not in use.
  std::vector<Device> free_devices(const PlannedAction& planned) const {
    std::vector<Device> free;
    for (const Device& device : planned.devices) {
      if (std::ssize(free) == planned.action.device_count) break;
      if (!busy_devices_.contains(device.id)) free.push_back(device);
    }
    return free;
  }

  // An action that wants more devices than there are gets all of them: the runtime will complain
  // better than could be done here.
  bool has_devices(const PlannedAction& planned) const {
    const auto most = std::min(planned.action.device_count, std::ssize(planned.devices));
    return std::ssize(free_devices(planned)) >= most;
  }

  // --- conclusions

  void start_conclusion(CaseIterator open, Node node) {
    concluding_ = true;
    loop_.post_blocking([this, open, node]() -> std::function<void()> {
      auto announce = observer_->conclude(*open->plan, node.index, open->results);
      return [this, open, node, announce = std::move(announce)] {
        concluding_ = false;
        const ExecutionObserver::Again again = announce();
        again ? do_again(open, node.index, *again) : finish(open, node);
      };
    });
  }

  // --- steps that are done again

  void do_again(CaseIterator open, std::size_t step, std::chrono::milliseconds wait) {
    auto waiting = std::make_shared<Waiting>(Waiting{open, step, halted_});
    waiting_.push_back(waiting);
    if (!halted_) {
      loop_.after(wait, [this, waiting] {
        waiting->due = true;
        pump();
      });
    }
    pump();
  }

  // Conclusions read the results that are forgotten here, so none may be under way.
  void begin_again() {
    std::erase_if(waiting_, [](const std::shared_ptr<Waiting>& waiting) {
      if (!waiting->due) return false;
      waiting->open->graph.reset(waiting->step, waiting->open->results);
      return true;
    });
  }

  EventLoop& loop_;
  ActionRunner runner_;
  ArtifactStore& store_;
  ExecutorOptions options_;
  PlanSource* source_ = nullptr;
  ExecutionObserver* observer_ = nullptr;
  std::list<OpenCase> cases_;
  std::set<std::string> busy_devices_;
  std::vector<std::shared_ptr<Waiting>> waiting_;
  std::stop_source stop_;  // of what is fetched
  std::size_t fetching_ = 0;
  std::size_t acting_ = 0;
  bool concluding_ = false;
  bool interrupted_ = false;
  bool halted_ = false;  // nothing is started any more
  bool exhausted_ = false;
  bool pumping_ = false;
  bool pump_again_ = false;
  bool pump_posted_ = false;
};

Executor::Executor(EventLoop& loop, Launcher& launcher, ArtifactStore& store,
                   ExecutorOptions options)
    : state_(std::make_unique<State>(loop, launcher, store, std::move(options))) {}

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
