// SPDX-License-Identifier: Apache-2.0
// What the descendants of this process use together, from /proc.
//
// Memory is what only they can give back: anonymous pages, shared memory and what was swapped out.
// Pages of files are not counted, however large the weights that a program maps: the kernel drops
// them when it needs room. Weak sides: what grows and shrinks between two looks is not seen; nor are
// files in a tmpfs that nobody maps, nor what a driver keeps for its device.
//
// Time is that of those that run, with the children that they have waited for, and of all that this
// process has waited for. Children of a program that ignores SIGCHLD are lost when they end.
#pragma once

#include <cstdint>
#include <sys/types.h>
#include <vector>

namespace sharkreg::core {

// By the kernel's lists of children, which cost as much as there are descendants, not as there are
// processes on the machine. As with read_processes, one that is born meanwhile may be missing.
std::vector<pid_t> living_descendants();

struct Usage {
  // Pages that processes share after a fork are counted for each of them.
  std::int64_t memory_kib = 0;
  std::int64_t cpu_us = 0;
};

Usage usage_of(const std::vector<pid_t>& processes);

// Their memory with shared pages counted once. The kernel walks all their pages for this.
std::int64_t exact_memory_kib(const std::vector<pid_t>& processes);

// How often the kernel has killed a process of this machine for want of memory; 0 if unknown.
std::int64_t out_of_memory_kills();

}  // namespace sharkreg::core
