// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sharkreg/fetcher.h>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sharkreg::core {

// What came of providing an artifact.
struct Provided {
  std::string note;  // a remark for people; may be empty
};

// Brings artifacts to the places where actions expect them.
//
// Threads: any; calls for one destination must not overlap.
class ArtifactStore {
 public:
  // The fetcher for a URL scheme. Its calls are made from the threads that call provide().
  using FetcherForScheme =
      std::function<Result<std::shared_ptr<ArtifactFetcher>>(std::string_view)>;

  explicit ArtifactStore(FetcherForScheme fetcher_for_scheme)
      : fetcher_for_scheme_(std::move(fetcher_for_scheme)) {}

  // Makes `destination` the artifact at `location` (a URL, or an absolute path): a link to a file
  // that is on this machine anyway, else a copy, placed when it is complete. What lies there already
  // is used as it is when there is no fetcher for the scheme; the note says so.
  Result<Provided> provide(const std::string& location, const std::filesystem::path& destination);

 private:
  FetcherForScheme fetcher_for_scheme_;
};

// "https" for a URL; "file" for a path.
std::string scheme_of(std::string_view location);

}  // namespace sharkreg::core
