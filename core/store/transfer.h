// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sharkreg/failure.h>

#include "base/digest.h"
#include "base/error.h"
#include "store/download.h"

// What the ways of downloading (in one request, in one stream, in chunks) share.
namespace sharkreg::core {

Error interrupted();

// What a fetcher threw, for people.
Error error_of(const Failure& failure, int failures);

// The digests of what comes in order.
class ContentDigests {
 public:
  explicit ContentDigests(bool with_md5) {
    if (with_md5) md5_.emplace();
  }
  void add(std::string_view bytes) {
    sha256_.add(bytes);
    if (md5_) md5_->add(bytes);
  }
  Pin finish() { return {sha256_.finish(), md5_ ? md5_->finish() : std::string()}; }

 private:
  Sha256 sha256_;
  std::optional<Md5> md5_;
};

bool wants_md5(const Download& download, const ArtifactInformation& information);

// Adds up what came, for whoever watches.
class Meter {
 public:
  Meter(const Download& download, std::uint64_t total) : download_(download), total_(total) {}
  void start_at(std::uint64_t done) { done_ = done; }
  void add(std::uint64_t bytes) {
    done_ += bytes;
    if (download_.progress) download_.progress(done_, total_);
  }

 private:
  const Download& download_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
};

}  // namespace sharkreg::core
