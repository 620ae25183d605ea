// SPDX-License-Identifier: Apache-2.0
// The supervisor's command line.
#pragma once

#include <chrono>
#include <cstdint>
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
  std::vector<ResourceLimit> limits;                // of each process
  std::optional<std::int64_t> memory_limit;         // bytes, of all processes together
  std::chrono::milliseconds cpu_limit{0};           // the same; 0: none
  std::int64_t output_limit = 0;                    // bytes of each standard stream; 0: none
  bool keep_output = false;                         // nothing of the standard output may be cut out
  std::chrono::milliseconds stall_after{0};         // 0: nobody wants to know
  std::string control_group;                        // directory for a group; empty: none
  char** command = nullptr;  // program and arguments, ended by null; points into argv
};

// What is wrong with the command line, or nothing.
std::optional<std::string> parse_options(int argc, char** argv, SupervisorOptions& options);

extern const char* const supervisor_usage;

}  // namespace sharkreg::core
