// SPDX-License-Identifier: Apache-2.0
// Runs programs as child processes, each under a sharkreg-supervisor of its own.
//
// Between them, host and supervisor leave no process behind: the supervisor ends all descendants of
// the program (supervisor/supervision.h); when the host dies the kernel tells the supervisor; when
// somebody kills the supervisor its descendants become children of the host, which ends them. Only
// who kills both at once can make a process outlive them.
//
// Threads: everything on the thread that runs the io_context. This is more than a convention: the
// kernel takes the thread that started a supervisor for its parent, and ends the run when that
// thread ends.
#pragma once

#include <filesystem>
#include <memory>

#include "execute/launcher.h"

namespace boost::asio {
class io_context;
}

namespace sharkreg::core {

class ProcessLauncher final : public Launcher {
 public:
  // `supervisor`: the path of the program sharkreg-supervisor. `io` must outlive the launcher.
  // Makes this process a subreaper, so that orphaned descendants become its children: whoever runs
  // programs past this class must leave them in this process's session, since a child in another
  // session is taken for an orphan when a supervisor was lost.
  ProcessLauncher(boost::asio::io_context& io, const std::filesystem::path& supervisor);
  ProcessLauncher(const ProcessLauncher&) = delete;
  ProcessLauncher& operator=(const ProcessLauncher&) = delete;

  // Kills what still runs and waits for its end; none of the outstanding `done` is called.
  ~ProcessLauncher() override;

  void launch(LaunchRequest request, Done done) override;
  void terminate_all() override;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace sharkreg::core
