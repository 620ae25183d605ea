// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include <sharkreg/fetcher.h>

#include "base/artifact.h"
#include "base/error.h"
#include "store/fetcher_pool.h"
#include "store/index.h"
#include "store/retries.h"

namespace sharkreg::core {

// One artifact on its way into a file.
struct Download {
  std::string url;
  std::string url_key;  // in the index
  std::filesystem::path file;
  bool wants_md5 = false;  // computed in any case if the fetcher promises one
  // Called when it is known what comes and before anything of it is written, again when it changed.
  // Its error ends the download.
  std::function<Result<void>(const ArtifactInformation&)> on_information = {};
  // How much of how much is there, in bytes; a total of 0 is not known. Called by any thread, one at
  // a time, for each piece that came.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
};

// What came.
struct Downloaded {
  Pin digests;  // of what came; the MD5 only if it was wanted
  ArtifactInformation information;
  std::uint64_t size = 0;  // bytes
};

// Fetches the artifact into its file, from where an earlier try stopped if the content has the same
// validator still. Whoever places the file sees to it that it is on the disk. An artifact that is a file of this
// machine is not fetched: information.local_path tells where it lies. What is small comes in one
// request, from fetchers that have `get`. What is large and can be read from any
// offset is read in chunks over several connections; its SHA-256 is computed meanwhile, from the
// bytes that are there without a gap. A chunk is recorded in the index once it is on the disk, so
// that after a crash or a loss of power only those that were not are fetched again. When the content
// changes under way it starts over, three times at most.
//
// Errors: not_found (certainly not there), interrupted, infrastructure (what the fetcher said last
// and how often it was tried; no room on the disk, which is looked at before anything is read).
// Memory: a few MiB, whatever the size. Threads: any, for one file at a time.
Result<Downloaded> fetch(const Download& download, FetcherPool& fetchers, StoreIndex& index,
                         const TransferLimits& limits, const std::stop_token& stop);

// What the fetcher says of the artifact, asked as often as the limits allow. Errors as above.
Result<ArtifactInformation> stat_artifact(const std::string& url, FetcherPool& fetchers,
                                          const TransferLimits& limits,
                                          const std::stop_token& stop);

}  // namespace sharkreg::core
