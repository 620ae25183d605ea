// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>

#include "base/error.h"
#include "cli/settings.h"
#include "store/artifact_store.h"

namespace sharkreg::core {

// What the options say of the store. Errors (usage) name the option and what it should have been.
Result<StoreSettings> store_settings(const Settings& settings,
                                     const std::filesystem::path& cache_dir);

// Artifacts that are fetched at a time, by --fetch-jobs.
Result<std::size_t> fetch_jobs(const Settings& settings);

}  // namespace sharkreg::core
