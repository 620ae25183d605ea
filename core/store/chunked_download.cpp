// SPDX-License-Identifier: Apache-2.0
#include "store/chunked_download.h"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/secrets.h"
#include "store/transfer.h"

namespace sharkreg::core {
namespace {

constexpr std::int64_t largest_chunk = std::int64_t{64} << 20;
constexpr std::int64_t chunks_wanted = 64;

// Connections that an artifact keeps when others wait for some.
constexpr std::ptrdiff_t own_connections = 4;

// For those of all transfers that only wait: a server that gives little at a time is no reason to
// wake others for each piece.
constexpr std::size_t hash_block = std::size_t{1} << 20;

class ChunkedDownload {
 public:
  // So many bytes at the beginning are in the file, on the disk or not.
  ChunkedDownload(const Download& download, const ArtifactInformation& information,
                  PartialDownload part, std::int64_t beginning, const PartFile& file,
                  FetcherPool& fetchers, StoreIndex& index, const TransferLimits& limits,
                  std::stop_token stop)
      : download_(download),
        information_(information),
        part_(std::move(part)),
        file_(file),
        fetchers_(fetchers),
        index_(index),
        limits_(limits),
        stop_(std::move(stop)),
        on_stop_(stop_, [this] { no_more_readers_.request_stop(); }),
        meter_(download, static_cast<std::uint64_t>(part_.size)),
        there_(part_.done.size(), 0),
        taken_(part_.done) {
    std::uint64_t done = 0;
    for (std::size_t chunk = 0; chunk < part_.done.size(); ++chunk) {
      const std::int64_t before =
          std::clamp<std::int64_t>(beginning - offset_of(chunk), 0, length_of(chunk));
      there_[chunk] = part_.done[chunk] ? length_of(chunk) : before;
      done += static_cast<std::uint64_t>(there_[chunk]);
    }
    meter_.start_at(done);
  }

  Result<Downloaded> run() {
    const auto missing = std::ranges::count(part_.done, false);
    const auto wanted = std::min<std::ptrdiff_t>(missing, std::max(limits_.connections, 1));
    Result<Pin> digests = Pin();
    {
      std::vector<std::jthread> readers;
      for (std::ptrdiff_t count = 0; count < wanted; ++count) {
        readers.emplace_back([this, count] { read_chunks(count >= own_connections); });
      }
      digests = hash();
      if (!digests) give_up(digests.error());
    }
    if (changed_) throw *changed_;  // or the fetcher gives no ranges, whatever it said
    if (stop_.stop_requested() && std::ranges::count(part_.done, false) > 0) return interrupted();
    if (error_) return *error_;
    if (!digests) return digests.error();
    return Downloaded{*digests, information_, static_cast<std::uint64_t>(part_.size)};
  }

 private:
  std::int64_t offset_of(std::size_t chunk) const {
    return static_cast<std::int64_t>(chunk) * part_.chunk_size;
  }
  std::int64_t length_of(std::size_t chunk) const {
    return std::min(part_.chunk_size, part_.size - offset_of(chunk));
  }

  void give_up(Error error) {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(error);
    no_more_readers_.request_stop();
    came_.notify_all();
  }

  bool is_over() const { return error_ || changed_ || stop_.stop_requested(); }

  // The first chunk that nobody reads yet.
  std::optional<std::size_t> next_chunk() {
    const std::scoped_lock lock(mutex_);
    if (is_over()) return std::nullopt;
    const auto free = std::ranges::find(taken_, false);
    if (free == taken_.end()) {
      no_more_readers_.request_stop();
      return std::nullopt;
    }
    *free = true;
    return static_cast<std::size_t>(free - taken_.begin());
  }

  void read_chunks(bool yields) {
    // Others may have read all before there is room for one more connection.
    auto fetcher = fetchers_.lend(download_.url, no_more_readers_.get_token());
    if (!fetcher && fetcher.error().kind == ErrorKind::interrupted) return;
    if (!fetcher) return give_up(fetcher.error());
    Retries retries(limits_, stop_);
    while (!(yields && fetcher->is_wanted())) {
      const auto chunk = next_chunk();
      if (!chunk) return;
      while (there_[*chunk] < length_of(*chunk)) {
        if (!read_rest(**fetcher, *chunk, retries)) return;
      }
      if (auto kept = keep(*chunk); !kept) return give_up(kept.error());
    }
  }

  // False: it is over.
  bool read_rest(ArtifactFetcher& fetcher, std::size_t chunk, Retries& retries) {
    int write_trouble = 0;
    try {
      // Only this thread writes there_[chunk].
      const std::int64_t begin = there_[chunk];
      fetcher.read(download_.url,
                   {static_cast<std::uint64_t>(offset_of(chunk) + begin),
                    static_cast<std::uint64_t>(length_of(chunk) - begin), part_.validator},
                   [&](const void* bytes, std::size_t size) {
                     write_trouble = file_.write(bytes, size, offset_of(chunk) + there_[chunk]);
                     if (write_trouble != 0) return false;
                     if (size > 0) retries.progressed();
                     return take(chunk, size);
                   });
      if (there_[chunk] == length_of(chunk)) return true;
      throw Failure(Failure::Kind::failed,
                    fmt::format("{}: it ended {} bytes too early", redacted(download_.url),
                                length_of(chunk) - there_[chunk]));
    } catch (const Failure& failure) {
      if (write_trouble != 0) {
        give_up(core::write_trouble(file_.path(), write_trouble));
        return false;
      }
      if (failure.kind() == Failure::Kind::changed ||
          failure.kind() == Failure::Kind::unsupported) {
        const std::scoped_lock lock(mutex_);
        if (!changed_) changed_ = failure;
        no_more_readers_.request_stop();
        came_.notify_all();
        return false;
      }
      if (failure.kind() == Failure::Kind::cancelled) return false;
      if (retries.wait_after(failure)) return true;
      if (!stop_.stop_requested()) give_up(error_of(failure, retries.failures()));
      return false;
    }
  }

  // Whether to go on.
  bool take(std::size_t chunk, std::size_t size) {
    const std::scoped_lock lock(mutex_);
    there_[chunk] += static_cast<std::int64_t>(size);
    if (size > 0) meter_.add(size);
    // The one that computes the digest waits for the first gap alone.
    if (chunk == waited_for_) came_.notify_all();
    return !is_over();
  }

  Result<void> keep(std::size_t chunk) {
    if (auto synced = file_.sync(); !synced) return synced;
    // One after another, so that the last has all; while bytes go on coming.
    const std::scoped_lock one_at_a_time(keeping_);
    PartialDownload part;
    {
      const std::scoped_lock lock(mutex_);
      part_.done[chunk] = true;
      part = part_;
    }
    return index_.remember_part(download_.url_key, part);
  }

  // How far the bytes from `from` on are there without a gap; waits for some. Absent: it is over.
  std::optional<std::int64_t> wait_for_bytes(std::int64_t from) {
    std::unique_lock lock(mutex_);
    const auto chunk = static_cast<std::size_t>(from / part_.chunk_size);
    waited_for_ = chunk;
    const auto end = [&] { return offset_of(chunk) + there_[chunk]; };
    const auto worth_it = [&] {
      return end() - from >= static_cast<std::int64_t>(hash_block) ||
             there_[chunk] == length_of(chunk);
    };
    came_.wait(lock, stop_, [&] { return worth_it() || error_ || changed_; });
    if (is_over()) return std::nullopt;
    return end();
  }

  Result<Pin> hash() {
    ContentDigests digests(wants_md5(download_, information_));
    std::vector<char> block(hash_block);
    for (std::int64_t at = 0; at < part_.size;) {
      const auto end = wait_for_bytes(at);
      if (!end) return interrupted();
      while (at < *end) {
        const auto size = static_cast<std::size_t>(
            std::min<std::int64_t>(static_cast<std::int64_t>(block.size()), *end - at));
        if (auto read = file_.read(block.data(), size, at); !read) return read.error();
        digests.add({block.data(), size});
        at += static_cast<std::int64_t>(size);
      }
    }
    return digests.finish();
  }

  const Download& download_;
  const ArtifactInformation& information_;
  PartialDownload part_;
  const PartFile& file_;
  FetcherPool& fetchers_;
  StoreIndex& index_;
  const TransferLimits limits_;
  const std::stop_token stop_;
  std::stop_source no_more_readers_;  // there is no chunk left for them
  std::stop_callback<std::function<void()>> on_stop_;

  std::mutex keeping_;  // taken before mutex_
  std::mutex mutex_;    // guards all below
  std::condition_variable_any came_;
  Meter meter_;
  std::vector<std::int64_t> there_;  // bytes without a gap, by chunk
  std::vector<bool> taken_;
  std::size_t waited_for_ = 0;
  std::optional<Error> error_;
  std::optional<Failure> changed_;
};

}  // namespace

std::int64_t chunk_size_for(std::int64_t size) {
  const std::int64_t even = (size + chunks_wanted - 1) / chunks_wanted;
  const std::int64_t mebibyte = 1 << 20;
  return std::clamp((even + mebibyte - 1) / mebibyte * mebibyte, smallest_chunk, largest_chunk);
}

Result<Downloaded> fetch_in_chunks(const Download& download, const ArtifactInformation& information,
                                   PartialDownload part, std::int64_t beginning,
                                   const PartFile& file, FetcherPool& fetchers, StoreIndex& index,
                                   const TransferLimits& limits, const std::stop_token& stop) {
  return ChunkedDownload(download, information, std::move(part), beginning, file, fetchers, index,
                         limits, stop)
      .run();
}

}  // namespace sharkreg::core
