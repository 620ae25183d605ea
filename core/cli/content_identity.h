// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan/planner.h"
#include "store/memo.h"

namespace sharkreg::core {

// What files are, for the ids of steps: tools by their SHA-256, which the memo remembers and this
// looks up once for each; artifacts by size and time of modification, since they may be large.
//
// `memo` must outlive it. Threads: one.
ContentIdentity content_identity(const Memo& memo);

}  // namespace sharkreg::core
