// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sharkreg/fetcher.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace sharkreg::core {

// Instances of fetchers that nobody uses just now. An instance serves one call at a time and keeps
// its connection open in between, so several parts of an artifact come over several of them.
//
// Threads: any; `make` is called by one at a time.
class FetcherPool {
 public:
  using Make = std::function<Result<std::unique_ptr<ArtifactFetcher>>(std::string_view scheme)>;

  // An instance for as long as this lives.
  class Loan {
   public:
    Loan(FetcherPool& pool, std::string scheme, std::unique_ptr<ArtifactFetcher> fetcher)
        : pool_(&pool), scheme_(std::move(scheme)), fetcher_(std::move(fetcher)) {}
    Loan(Loan&&) = default;
    Loan& operator=(Loan&&) = delete;
    ~Loan() {
      if (fetcher_) pool_->take_back(scheme_, std::move(fetcher_));
    }
    ArtifactFetcher& operator*() const { return *fetcher_; }
    ArtifactFetcher* operator->() const { return fetcher_.get(); }

   private:
    FetcherPool* pool_;
    std::string scheme_;
    std::unique_ptr<ArtifactFetcher> fetcher_;
  };

  explicit FetcherPool(Make make) : make_(std::move(make)) {}

  // The error is that of `make`: there is no fetcher for the scheme.
  Result<Loan> lend(const std::string& scheme) {
    const std::scoped_lock lock(mutex_);
    auto& idle = idle_[scheme];
    if (idle.empty()) {
      auto made = make_(scheme);
      if (!made) return made.error();
      idle.push_back(std::move(*made));
    }
    Loan loan(*this, scheme, std::move(idle.back()));
    idle.pop_back();
    return loan;
  }

 private:
  void take_back(const std::string& scheme, std::unique_ptr<ArtifactFetcher> fetcher) {
    const std::scoped_lock lock(mutex_);
    idle_[scheme].push_back(std::move(fetcher));
  }

  Make make_;
  std::mutex mutex_;
  std::map<std::string, std::vector<std::unique_ptr<ArtifactFetcher>>> idle_;
};

}  // namespace sharkreg::core
