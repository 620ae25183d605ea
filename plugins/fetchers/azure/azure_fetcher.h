// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob_url.h"
#include "http_fetcher.h"
#include "storage_account.h"

namespace azure {

// Blobs of Azure Storage: public ones, and by a SAS or an account's key. URLs: blob_url.h; what it
// reads of the environment: storage_account.h, and http_client.h, of which it uses no tokens and no
// NETRC. Redirects are not followed: the service has none.
//
// A 404 that says ResourceNotFound to who has no credentials can also mean that these are needed: it
// is a Failure(invalid) then, not absence.
class AzureFetcher final : public http_fetcher::HttpFetcher {
 public:
  using HttpFetcher::HttpFetcher;

  sharkreg::FetcherDescription describe() const override;

 protected:
  http_fetcher::Request request_for(const std::string& url) override;
  void sign(http_fetcher::Request& request) override;
  void learn(const http_fetcher::Answer& answer,
             sharkreg::ArtifactInformation& information) override;
  bool is_absent(const http_fetcher::Answer& answer) const override;
  std::string hint_for(const std::string& url, const http_fetcher::Answer& answer) const override;

 private:
  StorageAccount account_;  // of the request that is being made
};

}  // namespace azure
