// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cli/options.h"

namespace sharkreg::core {

// The options of sharkreg itself; backends add theirs.
std::vector<OptionSpec> own_options();

// Options of one subcommand alone.
std::vector<OptionSpec> cache_options();
std::vector<OptionSpec> compare_options();
std::vector<OptionSpec> fetch_options();
std::vector<OptionSpec> history_options();
std::vector<OptionSpec> merge_options();
std::vector<OptionSpec> new_plugin_options();
std::vector<OptionSpec> plugins_options();
std::vector<OptionSpec> plan_options();

}  // namespace sharkreg::core
