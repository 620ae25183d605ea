// SPDX-License-Identifier: Apache-2.0
#include "execute/process_launcher.h"

#include <cerrno>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <signal.h>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include "execute/orphans.h"
#include "execute/supervised_process.h"
#include "execute/supervisor_lines.h"

namespace sharkreg::core {
namespace {

namespace asio = boost::asio;

// Killed processes go within milliseconds; the event loop stands still meanwhile.
constexpr std::chrono::milliseconds longest_wait_for_orphans{2000};

}  // namespace

// Handlers of the event loop hold it weakly, so those that are still queued when the launcher is
// destroyed do nothing.
class ProcessLauncher::State : public std::enable_shared_from_this<State> {
 public:
  State(asio::io_context& io, const std::filesystem::path& supervisor)
      : io_(io), supervisor_(std::filesystem::absolute(supervisor)) {
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
      throw std::system_error(errno, std::generic_category(), "PR_SET_CHILD_SUBREAPER");
    }
  }

  void launch(const LaunchRequest& request, Done done) {
    check_thread();
    auto process = start_supervised(supervisor_, request);
    if (!process) return post_error(process.error(), std::move(done));
    const pid_t pid = process->pid;
    const auto running = std::make_shared<Running>(io_, std::move(*process), std::move(done));
    running_.emplace(pid, running);
    running->ended.async_wait(asio::posix::stream_descriptor::wait_read,
                              [weak = weak_from_this(), pid](const boost::system::error_code&) {
                                if (const auto state = weak.lock()) state->finish(pid);
                              });
    if (!request.on_stall || request.limits.stall_after.count() == 0) return;
    running->on_stall = request.on_stall;
    watch(running);
  }

  void terminate_all() {
    for (const auto& [pid, running] : running_) running->stop_asked = true;
    signal_all(SIGTERM);
  }

  void signal_all(int number) {
    for (const auto& [pid, running] : running_) kill(pid, number);
  }

  void abandon_all() {
    if (running_.empty()) return;
    signal_all(SIGHUP);
    for (const auto& [pid, running] : running_) wait_for(pid);
    running_.clear();
    kill_orphans(longest_wait_for_orphans);  // of a supervisor that was lost unnoticed
  }

 private:
  struct Running {
    Running(asio::io_context& io, SupervisedProcess process, Done done_function)
        : pid(process.pid),
          ended(io, process.ended.release()),
          status(io, process.status.release()),
          done(std::move(done_function)) {}

    pid_t pid;
    asio::posix::stream_descriptor ended;
    asio::posix::stream_descriptor status;
    Done done;
    std::function<void(const StallReport&, StallAnswer)> on_stall;
    SupervisorLines lines;
    std::optional<StallReport> stall;
    bool stop_asked = false;  // by terminate_all
    bool hangs = false;       // and was stopped for it, before anybody asked
  };

  // Reads on until the supervisor has ended: its end is an end of file here, too.
  void watch(const std::shared_ptr<Running>& running) {
    running->status.async_wait(asio::posix::stream_descriptor::wait_read,
                               [weak_state = weak_from_this(), weak = std::weak_ptr(running)](
                                   const boost::system::error_code& error) {
                                 const auto state = weak_state.lock();
                                 const auto running = weak.lock();
                                 if (!state || !running || error) return;
                                 const std::vector<StallReport> stalls =
                                     running->lines.read_from(running->status.native_handle());
                                 if (stalls.empty()) return;  // the end
                                 running->stall = stalls.back();
                                 state->watch(running);
                                 running->on_stall(stalls.back(), state->answer_for(running));
                               });
  }

  StallAnswer answer_for(const std::shared_ptr<Running>& running) {
    return [weak_state = weak_from_this(), weak = std::weak_ptr(running)](bool hangs) {
      const auto running = weak.lock();
      // As long as it is held by the state nobody has waited for the supervisor.
      if (!hangs || weak_state.expired() || !running || running->stop_asked) return;
      running->hangs = true;
      kill(running->pid, SIGTERM);
    };
  }

  void check_thread() {
    if (thread_ == std::thread::id()) thread_ = std::this_thread::get_id();
    if (thread_ != std::this_thread::get_id()) {
      throw std::logic_error("ProcessLauncher::launch was called from a second thread");
    }
  }

  void post_error(Error error, Done done) {
    asio::post(io_, [weak = weak_from_this(), error = std::move(error), done = std::move(done)] {
      if (!weak.expired()) done(error);
    });
  }

  void finish(pid_t pid) {
    const auto found = running_.find(pid);
    const std::shared_ptr<Running> running = std::move(found->second);
    running_.erase(found);
    const int wait_status = wait_for(pid);
    running->stop_asked = true;  // from now on the number may be somebody else's
    running->ended.close();
    running->lines.read_from(running->status.native_handle());
    LaunchResult result = running->lines.result();
    result.stall = running->stall;
    if (running->hangs && result.end == LaunchResult::End::terminated) {
      result.end = LaunchResult::End::hung;
    }
    const Done done = std::move(running->done);
    if (result.end != LaunchResult::End::supervisor_lost) return done(std::move(result));

    result.leftover = kill_orphans(longest_wait_for_orphans);
    if (WIFSIGNALED(wait_status)) return done(std::move(result));
    done(Error{ErrorKind::infrastructure,
               '"' + supervisor_.string() + "\" gave up with exit status " +
                   std::to_string(WEXITSTATUS(wait_status)),
               "its reason stands in the file for the standard error"});
  }

  static int wait_for(pid_t pid) {
    int wait_status = 0;
    while (waitpid(pid, &wait_status, 0) < 0 && errno == EINTR) {
    }
    return wait_status;
  }

  asio::io_context& io_;
  std::filesystem::path supervisor_;
  std::thread::id thread_;
  // By the supervisor's pid, which nobody else can have as long as it has not been waited for.
  std::map<pid_t, std::shared_ptr<Running>> running_;
};

ProcessLauncher::ProcessLauncher(asio::io_context& io, const std::filesystem::path& supervisor)
    : state_(std::make_shared<State>(io, supervisor)) {}

ProcessLauncher::~ProcessLauncher() {
  state_->abandon_all();
}

void ProcessLauncher::launch(LaunchRequest request, Done done) {
  state_->launch(request, std::move(done));
}

void ProcessLauncher::terminate_all() {
  state_->terminate_all();
}

}  // namespace sharkreg::core
