// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"
#include "cli/settings.h"
#include "store/artifact_store.h"

namespace sharkreg::core {

// "200G" (powers of 1000), "200Gi" (of 1024), "1.5T", "4096": bytes. Absent: it is none of these.
std::optional<std::uint64_t> bytes_of(std::string_view text);

// "30d", "12h", "45m", "90s". Absent: it is none of these.
std::optional<std::chrono::seconds> duration_of(std::string_view text);

// What the options say of the store. Errors (usage) name the option and what it should have been.
Result<StoreSettings> store_settings(const Settings& settings,
                                     const std::filesystem::path& cache_dir);

// Artifacts that are fetched at a time, by --fetch-jobs.
Result<std::size_t> fetch_jobs(const Settings& settings);

// The option's value as bytes or as a time; absent if it was not given.
Result<std::optional<std::uint64_t>> bytes_option(const Settings& settings,
                                                  const std::string& name);
Result<std::optional<std::chrono::seconds>> duration_option(const Settings& settings,
                                                            const std::string& name);

}  // namespace sharkreg::core
