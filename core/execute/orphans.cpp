// SPDX-License-Identifier: Apache-2.0
#include "execute/orphans.h"

#include <algorithm>
#include <poll.h>
#include <set>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "execute/descriptor.h"
#include "execute/supervisor/process_tree.h"

namespace sharkreg::core {
namespace {

using Time = std::chrono::steady_clock::time_point;

bool is_orphan(const Process& process) {
  return process.parent == getpid() && process.session != getsid(0);
}

// Orphans and all their descendants. Orphans come as children of this process; so do those whose
// parents end while this is at work.
std::vector<Process> orphaned_families(const std::vector<Process>& processes) {
  std::vector<Process> families;
  for (const Process& process : processes) {
    if (!is_orphan(process)) continue;
    families.push_back(process);
    const std::vector<Process> below = descendants_of(process.pid, processes);
    families.insert(families.end(), below.begin(), below.end());
  }
  return families;
}

void wait_for_end(pid_t child, Time deadline) {
  const Descriptor ended = open_pidfd(child);
  if (!ended) return;
  pollfd ready{ended.get(), POLLIN, 0};
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                        deadline - std::chrono::steady_clock::now())
                        .count();
  poll(&ready, 1, static_cast<int>(std::max<decltype(left)>(left, 0)));
}

}  // namespace

int kill_orphans(std::chrono::milliseconds wait) {
  const Time deadline = std::chrono::steady_clock::now() + wait;
  std::set<pid_t> killed;
  while (true) {
    const std::vector<Process> families = orphaned_families(read_processes());
    signal_groups(families, SIGKILL);
    pid_t running_orphan = 0;
    for (const Process& process : families) {
      if (!process.zombie) killed.insert(process.pid);
      // Waits for those that were found as orphans only: any other child belongs to someone else.
      if (is_orphan(process) && waitpid(process.pid, nullptr, WNOHANG) == 0) {
        running_orphan = process.pid;
      }
    }
    if (families.empty() || std::chrono::steady_clock::now() >= deadline)
      return static_cast<int>(killed.size());
    if (running_orphan != 0) wait_for_end(running_orphan, deadline);
  }
}

}  // namespace sharkreg::core
