// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <sharkreg/configuration.h>
#include <sharkreg/fetcher.h>
#include <sharkreg/host.h>

#include "child_process.h"

namespace exec_fetcher {

// URLs of any scheme that no other fetcher has: for foo://… by the program sharkreg-fetch-foo, found
// by program_search.h, which is asked as protocol.h says. A URL whose program is not there is
// Failure(invalid). One process serves one request; it is killed, with its process group, when the
// host says stop, or when it gives nothing for SHARKREG_EXEC_STALL_SECONDS (60).
//
// Threads: one at a time on one instance.
class ExecFetcher final : public sharkreg::ArtifactFetcher {
 public:
  ExecFetcher(const sharkreg::Configuration&, const sharkreg::Host& host) : host_(host) {}

  sharkreg::FetcherDescription describe() const override;
  std::optional<sharkreg::ArtifactInformation> stat(const std::string& url) override;
  void read(const std::string& url, const sharkreg::ArtifactPart& part,
            const Receive& receive) override;

 private:
  // A request to a program.
  struct Question {
    std::string url;
    std::string program;
    std::string argument;  // "stat" or "read"
    std::string input;
  };

  std::string program_for(const std::string& url) const;
  // Whether the artifact is there. Throws what the program says, but for that it is not.
  bool ask(const Question& question, const ChildProcess::OnOutput& on_output) const;

  const sharkreg::Host& host_;
};

}  // namespace exec_fetcher
