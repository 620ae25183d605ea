// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/context.h"

namespace sharkreg::core {

// The directory of model directories: --tests-dir, else ./regression_tests, else the program's own.
std::filesystem::path tests_directory(const Settings& settings, const Installation& installation);

// --cache-dir, else $XDG_CACHE_HOME/sharkreg, else ~/.cache/sharkreg, else below the temporary
// directory. Looks at the environment, since the cache is needed before all options are read.
std::filesystem::path cache_directory(const std::string& option);

Places places_of(const Settings& settings, const Installation& installation);

}  // namespace sharkreg::core
