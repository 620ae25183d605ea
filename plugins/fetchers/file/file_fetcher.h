// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <sharkreg/fetcher.h>

namespace file_fetcher {

// Files of this machine, by file: URL or absolute path. Only regular files: a directory or a device
// is a Failure(invalid), a file that may not be read or a path that cannot be followed a
// Failure(failed); a file that does not exist is absent.
//
// Its validator is made of modification time, size and inode, so it also changes when a file of
// equal size is put in the place of another.
class FileFetcher final : public sharkreg::ArtifactFetcher {
 public:
  sharkreg::FetcherDescription describe() const override;
  std::optional<sharkreg::ArtifactInformation> stat(const std::string& url) override;

  // A file that ends before the range does is a Failure(failed), after all bytes that it has.
  void read(const std::string& url, const sharkreg::ArtifactPart& part,
            const Receive& receive) override;
};

}  // namespace file_fetcher
