// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>

namespace sharkreg::bench {

// How long a graph took, and how long it must take at least.
struct Makespan {
  std::chrono::microseconds taken{0};
  // The longest of: the longest way through a case; all work of the CPU slots, of the devices and of
  // the fetches, each by how many there are.
  std::chrono::microseconds lower_bound{0};

  double ratio() const {
    return static_cast<double>(taken.count()) / static_cast<double>(lower_bound.count());
  }
};

// Runs a graph of random cases: fetches, compiles of very different lengths, runs on devices. Each
// part only waits for its time. `known`: whether the scheduler knows the times beforehand, as it does
// from history.
Makespan run_mixed_graph(unsigned seed, std::size_t cases, bool known);

}  // namespace sharkreg::bench
