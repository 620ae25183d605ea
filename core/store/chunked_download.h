// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stop_token>

#include "store/download.h"
#include "store/fetcher_pool.h"
#include "store/index.h"
#include "store/part_file.h"
#include "store/retries.h"

namespace sharkreg::core {

// Bytes of a chunk of an artifact of that size: 8 to 64 MiB.
std::int64_t chunk_size_for(std::int64_t size);
inline constexpr std::int64_t smallest_chunk = std::int64_t{8} << 20;

// Fetches what is missing of `part` into the file, over several connections. The bytes before
// `beginning` are there already, on the disk or not. Records each chunk in the index once it is on
// the disk, and computes the digests meanwhile.
//
// Errors as fetch() in download.h; throws Failure(changed) when the content is another one by now,
// Failure(unsupported) when the fetcher gives no ranges, whatever it said.
Result<Downloaded> fetch_in_chunks(const Download& download, const ArtifactInformation& information,
                                   PartialDownload part, std::int64_t beginning,
                                   const PartFile& file, FetcherPool& fetchers, StoreIndex& index,
                                   const TransferLimits& limits, const std::stop_token& stop);

}  // namespace sharkreg::core
