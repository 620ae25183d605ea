// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "cli/context.h"
#include "cli/run_history.h"
#include "report/event.h"

namespace sharkreg::core {

// Leaves those of the selected files that --shard says; absent: it was not given. More shards than
// files leave some of them empty.
//
// The times by which they are balanced come from --shard-history, else from the history of this
// machine: from runs that came to their end and were no shards themselves, so that shards that run
// one after the other on one machine cut alike.
Result<std::optional<ShardRecord>> take_shard(const Context& context, RunHistory& history,
                                              std::vector<CaseFile>& files);

}  // namespace sharkreg::core
