// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sharkreg/configuration.h>
#include <sharkreg/fetcher.h>
#include <sharkreg/host.h>

#include "http_client.h"

namespace http_fetcher {

// URLs that HTTP serves. What it reads of the environment, and what it follows: http_client.h. As it
// is it reads http: and https: URLs; fetchers of services that speak HTTP derive from it and say how
// their URLs are asked for.
//
// A content's validator is its strong entity tag, else its date, with its size; both are sent along
// (If-Match, If-Unmodified-Since) and looked at in the answer before a byte of it is passed on. A
// body in an encoding that was not asked for is refused, and so is a range that is not the one that
// was asked for. A server that gives all where a range from another offset than 0 was asked for:
// Failure(unsupported).
//
// Threads: one at a time on one instance, which keeps its connection open.
class HttpFetcher : public sharkreg::ArtifactFetcher {
 public:
  HttpFetcher(const sharkreg::Configuration&, const sharkreg::Host& host)
      : host_(host), client_(host) {}

  sharkreg::FetcherDescription describe() const override;
  std::optional<sharkreg::ArtifactInformation> stat(const std::string& url) final;
  void read(const std::string& url, const sharkreg::ArtifactPart& part,
            const Receive& receive) final;
  bool get(const std::string& url, std::uint64_t length, const Begin& begin,
           const Receive& receive) final;

 protected:
  const sharkreg::Host& host() const { return host_; }

  // The request that reads what the user's URL names. Throws Failure(invalid) for a URL that names
  // nothing, with what is expected.
  virtual Request request_for(const std::string& url);

  // The last thing before a request is sent, when its method, range and headers are there: adds what
  // proves who asks.
  virtual void sign(Request& request);

  // Adds what the head of a good answer says of the artifact in the words of the service, such as
  // its digests. Standard headers were read before.
  virtual void learn(const Answer& answer, sharkreg::ArtifactInformation& information);

  // Whether it says that there is no such artifact: 404 and 410, unless the service means something
  // else by them.
  virtual bool is_absent(const Answer& answer) const;

  // What the user can do about a refusal: an answer that is neither good nor is_absent.
  virtual std::string hint_for(const std::string& url, const Answer& answer) const;

 private:
  Request request_of(const std::string& url, const sharkreg::ArtifactPart& part, bool head_only,
                     const Version& wanted);
  Answer ask(const std::string& url, const sharkreg::ArtifactPart& part, bool head_only,
             const Version& wanted, const HttpClient::OnHead& on_head,
             const HttpClient::OnBytes& on_bytes);
  sharkreg::ArtifactInformation information_of(const Answer& answer,
                                               std::optional<std::uint64_t> size, bool ranges);
  std::optional<std::uint64_t> size_before(const std::string& url,
                                           const sharkreg::ArtifactPart& part);
  [[noreturn]] void refuse(const std::string& url, const Answer& answer) const;

  const sharkreg::Host& host_;
  HttpClient client_;
};

}  // namespace http_fetcher
