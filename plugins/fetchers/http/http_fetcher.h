// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sharkreg/configuration.h>
#include <sharkreg/fetcher.h>
#include <sharkreg/host.h>

#include "http_client.h"

namespace http_fetcher {

// http: and https: URLs. What it reads of the environment, and what it follows: http_client.h.
//
// A content's validator is its strong entity tag, else its date, with its size; both are sent along
// (If-Match, If-Unmodified-Since) and looked at in the answer before a byte of it is passed on. A
// body in an encoding that was not asked for is refused, and so is a range that is not the one that
// was asked for. A server that gives all where a range from another offset than 0 was asked for:
// Failure(unsupported).
//
// Threads: one at a time on one instance, which keeps its connection open.
class HttpFetcher final : public sharkreg::ArtifactFetcher {
 public:
  HttpFetcher(const sharkreg::Configuration&, const sharkreg::Host& host) : client_(host) {}

  sharkreg::FetcherDescription describe() const override;
  std::optional<sharkreg::ArtifactInformation> stat(const std::string& url) override;
  void read(const std::string& url, const sharkreg::ArtifactPart& part,
            const Receive& receive) override;

 private:
  HttpClient client_;
};

}  // namespace http_fetcher
