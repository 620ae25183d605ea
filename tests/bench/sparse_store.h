// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace sharkreg::bench {

// Makes a store in which an artifact of each of these URLs lies, as after it was fetched just now:
// no two alike, but sparse, so that many gigabytes need neither the room nor the time.
core::Result<void> make_sparse_store(const std::filesystem::path& directory,
                                     const std::vector<std::string>& urls, std::uint64_t size);

}  // namespace sharkreg::bench
