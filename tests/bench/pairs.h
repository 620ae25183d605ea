// SPDX-License-Identifier: Apache-2.0
// Two programs that do the same, measured by turns and shown side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "base/error.h"
#include "statistics.h"
#include "timed_process.h"

namespace sharkreg::bench {

struct Pairs {
  Sample wall_with, wall_without, cpu_with, cpu_without;  // with sharkreg, and without
  std::uint64_t most_memory_with = 0;                     // bytes, of all runs

  void add(const Times& with, const Times& without);
};

using Measure = std::function<core::Result<Times>()>;

// Both by turns, so that other load of the machine falls on either. The first error ends it.
core::Result<Pairs> measure(std::size_t count, const Measure& with, const Measure& without);

// A table: wall and CPU times of both, their difference, the ratio of their medians.
void print(const std::string& title, const char* other, const Pairs& pairs);

}  // namespace sharkreg::bench
