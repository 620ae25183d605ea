// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <sharkreg/configuration.h>
#include <sharkreg/fetcher.h>
#include <sharkreg/host.h>

#include "hf_url.h"
#include "http_client.h"
#include "hub.h"

namespace hf_fetcher {

// Files of repositories on the Hugging Face hub; URLs: hf_url.h, settings: hub.h, and what all that
// speaks HTTP reads: http_client.h.
//
// The hub says what a file is (size, SHA-256 or git's name of the content, which is the validator)
// and gives small ones itself; to large ones it gives a signed link to another server, which knows
// nothing of the hub's names. So a read asks the hub first, compares, and then reads from where the
// hub leads. What the hub said is remembered for a minute, by those who name the content that they
// mean; a link that is refused as expired is asked for again once. The token goes to the hub alone.
//
// Absent: a file or revision that is not there; and a repository, if a token was sent. Without one
// the hub tells private ones from none by no word: Failure(invalid), as for a gated one.
//
// Threads: one at a time on one instance, which keeps its connections open.
class HfFetcher final : public sharkreg::ArtifactFetcher {
 public:
  HfFetcher(const sharkreg::Configuration&, const sharkreg::Host& host)
      : host_(host), client_(host) {}

  sharkreg::FetcherDescription describe() const override;
  std::optional<sharkreg::ArtifactInformation> stat(const std::string& url) override;
  void read(const std::string& url, const sharkreg::ArtifactPart& part,
            const Receive& receive) override;
  bool get(const std::string& url, std::uint64_t length, const Begin& begin,
           const Receive& receive) override;

 private:
  // What the hub said of a file, and where its bytes are.
  struct Resolved {
    http_fetcher::Answer answer;
    std::string target;

    bool is_linked() const;    // a large file
    std::string etag() const;  // with its quotes; empty: none
    std::optional<std::uint64_t> size() const;
    std::string validator() const;
  };

  struct Remembered {
    std::string url;
    Resolved resolved;
    std::chrono::steady_clock::time_point asked;
  };

  bool remembers(const std::string& url, const std::string& validator) const;
  // `beat` is called about once a second while nothing comes.
  Resolved resolve(const Hub& hub, const HubFile& file, const std::string& url,
                   const http_fetcher::HttpClient::OnBytes& beat);
  static http_fetcher::Request request_to(const Hub& hub, const std::string& target);
  // False if the file is absent; throws if it cannot be had.
  static bool is_there(const Hub& hub, const HubFile& file, const std::string& url,
                       const http_fetcher::Answer& answer, bool is_linked);

  const sharkreg::Host& host_;
  http_fetcher::HttpClient client_;
  std::optional<Remembered> remembered_;  // the last that was asked for, unless it led nowhere
};

}  // namespace hf_fetcher
