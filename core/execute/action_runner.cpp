// SPDX-License-Identifier: Apache-2.0
#include "execute/action_runner.h"

#include <chrono>
#include <optional>
#include <utility>

#include "execute/staging.h"

namespace sharkreg::core {
namespace {

using Status = ActionResult::Status;

bool has_succeeded(const Result<LaunchResult>& launched) {
  return launched && launched->end == LaunchResult::End::exited && launched->exit_status == 0;
}

}  // namespace

// Touched by one thread at a time: the loop's, or that of the pool which works for it.
struct ActionRunner::Running {
  std::shared_ptr<const CasePlan> plan;
  std::size_t action = 0;
  Allotment allotment = {};
  Done done = {};
  std::optional<StagedAction> staged = {};
  std::shared_ptr<const CacheTicket> ticket = {};
  ActionResult result = {};

  void fail(const Error& trouble) {
    result.status = Status::failed;
    result.trouble = trouble;
  }
  // Blocks.
  void place(bool succeeded) {
    auto placed = place_outputs(*plan, action, *staged, succeeded);
    staged.reset();  // removes the directory
    if (placed) {
      result.outputs = std::move(*placed);
    } else if (succeeded) {
      fail(placed.error());
    }
  }
  void end() { std::exchange(done, {})(std::move(result)); }
};

ActionRunner::ActionRunner(EventLoop& loop, Launcher& launcher, std::filesystem::path worker,
                           ActionCache* cache)
    : loop_(loop), launcher_(launcher), worker_(std::move(worker)), cache_(cache) {}

void ActionRunner::run(std::shared_ptr<const CasePlan> plan, std::size_t action,
                       Allotment allotment, Done done) {
  auto running = std::make_shared<Running>(
      Running{std::move(plan), action, std::move(allotment), std::move(done)});
  loop_.post_blocking([this, running]() -> std::function<void()> {
    auto staged = stage(*running->plan, running->action, running->allotment, worker_);
    if (staged) {
      running->staged = std::move(*staged);
      running->result.request = running->staged->request;
      running->result.names = running->staged->names;
      if (cache_ != nullptr) look_up(*running);
    } else {
      running->fail(staged.error());
    }
    return [this, running] { launch(running); };
  });
}

// With a hit the action is over, and has no directory any more. Blocks.
void ActionRunner::look_up(Running& running) const {
  const auto started = std::chrono::steady_clock::now();
  CacheAnswer answer =
      cache_->look_up(*running.plan, running.action, *running.staged, running.allotment.devices);
  running.result.notes = std::move(answer.notes);
  running.ticket = std::move(answer.ticket);
  if (!answer.hit) return;
  running.result.cached = std::move(answer.hit);
  running.result.status = Status::succeeded;
  running.place(true);
  // What it printed then may name the directory in which it ran then.
  const std::string& then = running.result.cached->working_directory;
  if (!then.empty()) running.result.request->working_directory = then;
  running.result.launch = LaunchResult{};
  running.result.launch->wall = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - started);
}

void ActionRunner::launch(std::shared_ptr<Running> running) {
  if (!running->staged) return running->end();
  if (interrupted_) {
    running->result.status = Status::interrupted;
    running->result.request.reset();
    running->staged.reset();
    return running->end();
  }
  launcher_.launch(request_of(*running), [this, running](Result<LaunchResult> launched) {
    place(running, std::move(launched));
  });
}

// What asks about a stall owns all that it tells of, since the action may end meanwhile.
LaunchRequest ActionRunner::request_of(const Running& running) const {
  LaunchRequest request = running.staged->request;
  if (!hangs_) return request;
  request.on_stall = [&loop = loop_, hangs = hangs_, plan = running.plan, action = running.action,
                      result = running.result](const StallReport& stall, StallAnswer answer) {
    loop.post_blocking([=]() -> std::function<void()> {
      const bool verdict = hangs(*plan, action, result, stall);
      return [answer, verdict] { answer(verdict); };
    });
  };
  return request;
}

void ActionRunner::place(std::shared_ptr<Running> running, Result<LaunchResult> launched) {
  const bool stopped = interrupted_ && launched && launched->end == LaunchResult::End::terminated;
  loop_.post_blocking([this, running, stopped,
                       launched = std::move(launched)]() -> std::function<void()> {
    ActionResult& result = running->result;
    const bool succeeded = has_succeeded(launched);
    result.status = succeeded ? Status::succeeded : stopped ? Status::interrupted : Status::failed;
    if (launched) {
      result.launch = *launched;
      const auto room =
          succeeded ? Result<void>() : require_room(running->plan->actions[running->action]);
      if (!room) result.trouble = room.error();
    } else {
      result.trouble = launched.error();
    }
    if (succeeded && running->ticket) {
      const CacheVerdict verdict = cache_->keep(*running->ticket, *running->plan, running->action,
                                                *running->staged, *launched);
      result.notes.insert(result.notes.end(), verdict.notes.begin(), verdict.notes.end());
      result.findings = verdict.findings;
    }
    running->place(succeeded);
    return [running] { running->end(); };
  });
}

void ActionRunner::interrupt() {
  interrupted_ = true;
  launcher_.terminate_all();
}

}  // namespace sharkreg::core
