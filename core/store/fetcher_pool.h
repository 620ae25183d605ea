// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <sharkreg/fetcher.h>

#include "base/error.h"

namespace sharkreg::core {

// Fetchers, one for each connection: an instance serves one call at a time and keeps its connection
// open in between, so several parts of an artifact come over several of them. How many are in use at
// a time is bounded in all and for each host.
//
// Threads: any; `make` is called by one at a time. Nobody may wait for a loan while holding one.
class FetcherPool {
 public:
  // Makes an instance of the fetcher that reads this location.
  using Make = std::function<Result<std::unique_ptr<ArtifactFetcher>>(std::string_view location)>;

  struct Limits {
    std::size_t total = 32;
    std::size_t for_one_host = 16;
  };

  // An instance for as long as this lives.
  class Loan {
   public:
    Loan(FetcherPool& pool, std::string host, std::unique_ptr<ArtifactFetcher> fetcher)
        : pool_(&pool), host_(std::move(host)), fetcher_(std::move(fetcher)) {}
    Loan(Loan&&) = default;
    Loan& operator=(Loan&&) = delete;
    ~Loan() {
      if (fetcher_) pool_->take_back(host_, std::move(fetcher_));
    }
    ArtifactFetcher& operator*() const { return *fetcher_; }
    ArtifactFetcher* operator->() const { return fetcher_.get(); }
    // Somebody waits for one of the same host.
    bool is_wanted() const { return pool_->waits_for(host_); }

   private:
    FetcherPool* pool_;
    std::string host_;
    std::unique_ptr<ArtifactFetcher> fetcher_;
  };

  FetcherPool(Make make, Limits limits) : make_(std::move(make)), limits_(limits) {}

  // Waits for room. Errors: that of `make` (there is no fetcher for it); interrupted, by `stop`.
  Result<Loan> lend(const std::string& location, const std::stop_token& stop);

 private:
  struct Host {
    std::vector<std::unique_ptr<ArtifactFetcher>> idle;
    std::size_t lent = 0;
    std::size_t waiting = 0;
    std::condition_variable_any returned;  // wakes one that waits for this host
  };

  bool waits_for(const std::string& host);
  void take_back(const std::string& host, std::unique_ptr<ArtifactFetcher> fetcher);

  const Make make_;
  const Limits limits_;
  std::mutex mutex_;  // guards all below
  std::map<std::string, Host> hosts_;
  std::size_t lent_ = 0;
};

}  // namespace sharkreg::core
