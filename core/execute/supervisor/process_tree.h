// SPDX-License-Identifier: Apache-2.0
// Who descends from whom among the running processes, and signals to whole families.
//
// Used by the supervisor, and by the host when a supervisor was killed. Uses libc and containers
// only, since the supervisor is linked statically and has to start in about a millisecond.
#pragma once

#include <sys/types.h>
#include <vector>

namespace sharkreg::core {

struct Process {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  // Its first thread has ended: mostly the whole process, which its parent has not waited for yet.
  bool zombie = false;
};

// All processes that this one may see, by one pass over /proc. Not a snapshot: a process that is
// born during the pass may be missing, so whoever has to find all of them asks again when one of
// those it knows has ended. Empty when /proc cannot be read.
std::vector<Process> read_processes();

// The children, grandchildren and so on of `ancestor`, without itself.
std::vector<Process> descendants_of(pid_t ancestor, std::vector<Process> processes);

// Sends the signal to the process group of each of these. A group is signalled at once,
// so a member that forks meanwhile does not slip through. The caller must know that the groups hold
// nobody else; the caller's own group is never signalled as a whole, its listed members are one by
// one.
void signal_groups(const std::vector<Process>& processes, int signal);

}  // namespace sharkreg::core
