// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http_fetcher.h"
#include "settings.h"

namespace s3 {

// Objects of Amazon S3 and of what speaks its protocol, by "s3://BUCKET/KEY". Who asks, and whom:
// settings.h; what else it reads of the environment: http_client.h, of which it uses no tokens and
// no NETRC. Redirects are not followed: a signature is for one host and region, and what the service
// means by them is told instead.
//
// The SHA-256 that S3 keeps of an object, if it has one of all of it, is its digest. An ETag is a
// validator and never a digest: whether it is an MD5 depends on how the object came there.
class S3Fetcher final : public http_fetcher::HttpFetcher {
 public:
  using HttpFetcher::HttpFetcher;

  sharkreg::FetcherDescription describe() const override;

 protected:
  http_fetcher::Request request_for(const std::string& url) override;
  void sign(http_fetcher::Request& request) override;
  void learn(const http_fetcher::Answer& answer,
             sharkreg::ArtifactInformation& information) override;
  std::string hint_for(const std::string& url, const http_fetcher::Answer& answer) const override;

 private:
  Settings settings_;  // of the request that is being made
};

}  // namespace s3
