// SPDX-License-Identifier: Apache-2.0
#include "execute/action_runner.h"

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
  ActionResult result = {};

  void fail(const Error& trouble) {
    result.status = Status::failed;
    result.trouble = trouble;
  }
  void end() { std::exchange(done, {})(std::move(result)); }
};

ActionRunner::ActionRunner(EventLoop& loop, Launcher& launcher, std::filesystem::path worker)
    : loop_(loop), launcher_(launcher), worker_(std::move(worker)) {}

void ActionRunner::run(std::shared_ptr<const CasePlan> plan, std::size_t action,
                       Allotment allotment, Done done) {
  auto running = std::make_shared<Running>(
      Running{std::move(plan), action, std::move(allotment), std::move(done)});
  loop_.post_blocking([this, running]() -> std::function<void()> {
    auto staged = stage(*running->plan, running->action, running->allotment, worker_);
    if (staged) {
      running->staged = std::move(*staged);
    } else {
      running->fail(staged.error());
    }
    return [this, running] { launch(running); };
  });
}

void ActionRunner::launch(std::shared_ptr<Running> running) {
  if (!running->staged) return running->end();
  if (interrupted_) {
    running->result.status = Status::interrupted;
    running->staged.reset();
    return running->end();
  }
  running->result.request = running->staged->request;
  running->result.names = running->staged->names;
  launcher_.launch(running->staged->request, [this, running](Result<LaunchResult> launched) {
    place(running, std::move(launched));
  });
}

void ActionRunner::place(std::shared_ptr<Running> running, Result<LaunchResult> launched) {
  const bool stopped = interrupted_ && launched && launched->end == LaunchResult::End::terminated;
  loop_.post_blocking([running, stopped,
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
    auto placed = place_outputs(*running->plan, running->action, *running->staged, succeeded);
    running->staged.reset();  // removes the directory here, not on the loop
    if (placed) {
      result.outputs = std::move(*placed);
    } else if (succeeded) {
      running->fail(placed.error());
    }
    return [running] { running->end(); };
  });
}

void ActionRunner::interrupt() {
  interrupted_ = true;
  launcher_.terminate_all();
}

}  // namespace sharkreg::core
