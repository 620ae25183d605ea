// SPDX-License-Identifier: Apache-2.0
// The supervisor's command line.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/types.h>
#include <vector>

namespace sharkreg::core {

struct ResourceLimit {
  decltype(RLIMIT_CORE) resource;
  rlim_t value;
};

struct SupervisorOptions {
  int status_fd = -1;
  std::optional<pid_t> parent_pid;                  // absent: not tied to the life of a parent
  std::chrono::milliseconds time_limit{0};          // 0: none
  std::chrono::milliseconds grace{2000};            // from SIGTERM to SIGKILL after the time limit
  std::chrono::milliseconds terminate_grace{1000};  // the same when the host asks to stop
  std::chrono::milliseconds kill_wait{10000};       // how long SIGKILL may take to end all
  std::vector<ResourceLimit> limits;
  char** command = nullptr;  // program and arguments, ended by null; points into argv
};

// What is wrong with the command line, or nothing.
std::optional<std::string> parse_options(int argc, char** argv, SupervisorOptions& options);

extern const char* const supervisor_usage;

}  // namespace sharkreg::core
