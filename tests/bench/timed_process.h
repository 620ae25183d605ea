// SPDX-License-Identifier: Apache-2.0
// Starts a program as a shell would, without sharkreg's own supervision, and measures it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace sharkreg::bench {

struct Command {
  std::vector<std::string> words;  // the program's path first
  std::filesystem::path directory;
  std::vector<std::string> environment;  // "NAME=value"
  std::filesystem::path output;          // file for both of its streams
};

struct Times {
  std::chrono::microseconds wall{0};
  std::chrono::microseconds cpu{0};  // user and system, with all descendants that it waited for
  // Resident bytes at the worst moment, of it or of a descendant; never less than what the caller
  // itself once had, since the kernel counts the moment before exec too.
  std::uint64_t most_memory = 0;

  Times& operator+=(const Times& other) {
    wall += other.wall;
    cpu += other.cpu;
    most_memory = std::max(most_memory, other.most_memory);
    return *this;
  }
};

struct Ended {
  int exit_status = 0;  // -1: killed by a signal
  Times times;
};

// Blocks until the program has ended. The wall time begins right before the program is made. An
// error if it cannot be started.
core::Result<Ended> run_timed(const Command& command);

// As run_timed, but anything but exit status 0 is an error that tells what the program printed.
core::Result<Times> run_timed_well(const Command& command);

}  // namespace sharkreg::bench
