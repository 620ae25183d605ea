// SPDX-License-Identifier: Apache-2.0
// Cleans up after a supervisor that was killed.
#pragma once

#include <chrono>

namespace sharkreg::core {

// Kills the orphans of lost supervisors with all their descendants, and waits for their end; blocks
// until then, but not longer than `wait`. Returns how many processes ran.
//
// An orphan is a child of this process, a subreaper, in another session: each supervised program
// leads a session of its own, while supervisors, and whatever else this process starts, stay in
// this process's session.
int kill_orphans(std::chrono::milliseconds wait);

}  // namespace sharkreg::core
