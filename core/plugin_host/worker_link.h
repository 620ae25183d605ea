// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "plugin_host/channel.h"
#include "plugin_host/isolated.h"

namespace sharkreg::core {

// The host's side of one `sharkreg-worker serve`: starts it when it is needed, and again after it
// ended; answers what the plugin asks of its host during a call.
class WorkerLink {
 public:
  using Receive = ArtifactFetcher::Receive;

  // Starts nothing yet. `services` must outlive it.
  WorkerLink(IsolatedInterface interface, std::string interface_id, Configuration configuration,
             const HostServices& services, Isolation isolation);
  ~WorkerLink();
  WorkerLink(const WorkerLink&) = delete;
  WorkerLink& operator=(const WorkerLink&) = delete;

  // Starts the worker, if none runs, and makes the instance in it. True if one was started.
  bool start();

  // Calls a function of the instance. Absent if the plugin says so. Throws Failure.
  std::optional<std::string> call(std::string_view function, std::string_view json,
                                  const std::vector<std::string_view>& bytes = {},
                                  const Receive& receive = {});

 private:
  std::optional<std::string> converse(std::string_view function, std::string_view json,
                                      const std::vector<std::string_view>& bytes,
                                      const Receive& receive);
  void spawn();
  bool answer(const Message& message, const Receive& receive, std::exception_ptr& exception);
  std::chrono::milliseconds limit_of(std::string_view function) const;
  [[noreturn]] void lost(std::string_view function, bool silent);
  std::optional<std::string> own_end() const;
  // Ends the worker, whatever it does. Returns what it printed last.
  std::string end();

  IsolatedInterface interface_;
  std::string interface_id_;
  Configuration configuration_;
  const HostServices& services_;
  Isolation isolation_;
  std::unique_ptr<Channel> channel_;
  pid_t pid_ = 0;
  int said_ = -1;  // what the worker prints: a file in memory
};

}  // namespace sharkreg::core
