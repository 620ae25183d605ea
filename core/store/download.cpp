// SPDX-License-Identifier: Apache-2.0
#include "store/download.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/secrets.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t smallest_chunk = std::int64_t{8} << 20;
constexpr std::int64_t largest_chunk = std::int64_t{64} << 20;
constexpr std::int64_t chunks_wanted = 64;
constexpr int most_restarts = 3;

// For those of all transfers that only wait: a server that gives little at a time is no reason to
// wake others for each piece.
constexpr std::size_t hash_block = std::size_t{1} << 20;

std::int64_t chunk_size_for(std::int64_t size) {
  const std::int64_t even = (size + chunks_wanted - 1) / chunks_wanted;
  const std::int64_t mebibyte = 1 << 20;
  return std::clamp((even + mebibyte - 1) / mebibyte * mebibyte, smallest_chunk, largest_chunk);
}

Error trouble(const fs::path& file, int number) {
  const bool full = number == ENOSPC || number == EDQUOT;
  return {ErrorKind::infrastructure,
          fmt::format("cannot write {}: {}", file.native(), std::strerror(number)),
          full ? "make room there, or name a directory on another disk by --cache-dir" : ""};
}

Error interrupted() {
  return {ErrorKind::interrupted, "interrupted", {}};
}

Error changed_too_often(const Download& download, const Failure& failure, int times) {
  return {ErrorKind::infrastructure,
          fmt::format("{}: it changed {} times while it was fetched; last: {}",
                      redacted(download.url), times, failure.what()),
          "fetch it when nobody uploads it"};
}

// What a fetcher threw, for people.
Error error_of(const Failure& failure, int failures) {
  std::string message = failure.what();
  if (failures > 1) message += fmt::format(" (tried {} times)", failures);
  return {ErrorKind::infrastructure, std::move(message), failure.hint()};
}

// The file that takes the bytes.
class PartFile {
 public:
  static Result<PartFile> open(const fs::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (descriptor < 0) return trouble(path, errno);
    return PartFile(path, descriptor);
  }
  PartFile(PartFile&& other) noexcept
      : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
  PartFile& operator=(PartFile&&) = delete;
  ~PartFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  // Gives it this size and its blocks on the disk; what it held stays.
  Result<void> reserve(std::int64_t size) const {
    struct stat status {};
    struct statvfs room {};
    if (::fstat(descriptor_, &status) != 0 || ::fstatvfs(descriptor_, &room) != 0) {
      return trouble(path_, errno);
    }
    const auto free =
        static_cast<std::int64_t>(room.f_bavail) * static_cast<std::int64_t>(room.f_frsize);
    const std::int64_t missing = size - status.st_blocks * 512;
    if (missing > free) {
      return Error{ErrorKind::infrastructure,
                   fmt::format("{} bytes are needed in {}, {} are free", missing,
                               path_.parent_path().native(), free),
                   "make room there, or name a directory on another disk by --cache-dir"};
    }
    if (status.st_size > size && ::ftruncate(descriptor_, size) != 0) return trouble(path_, errno);
    if (size > 0 && ::fallocate(descriptor_, 0, 0, size) != 0) {
      // Some file systems cannot; then it is a file with holes.
      if (errno != EOPNOTSUPP && errno != ENOSYS) return trouble(path_, errno);
      if (::ftruncate(descriptor_, size) != 0) return trouble(path_, errno);
    }
    return {};
  }

  Result<void> empty() const {
    if (::ftruncate(descriptor_, 0) != 0) return trouble(path_, errno);
    return {};
  }

  // 0, or what errno says.
  int write(const void* bytes, std::size_t size, std::int64_t offset) const {
    for (const char* at = static_cast<const char*>(bytes); size > 0;) {
      const ssize_t written = ::pwrite(descriptor_, at, size, offset);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return errno;
      at += written;
      offset += written;
      size -= static_cast<std::size_t>(written);
    }
    return 0;
  }

  Result<void> read(char* to, std::size_t size, std::int64_t offset) const {
    while (size > 0) {
      const ssize_t got = ::pread(descriptor_, to, size, offset);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return trouble(path_, got < 0 ? errno : EIO);
      to += got;
      offset += got;
      size -= static_cast<std::size_t>(got);
    }
    return {};
  }

  // On the disk, also after a loss of power.
  Result<void> sync() const {
    if (::fdatasync(descriptor_) != 0) return trouble(path_, errno);
    return {};
  }

  const fs::path& path() const { return path_; }

 private:
  PartFile(fs::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  fs::path path_;
  int descriptor_;
};

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

bool wants_md5(const Download& download, const ArtifactInformation& information) {
  return download.wants_md5 ||
         (information.digests.contains("md5") && !information.digests.contains("sha256"));
}

Result<void> announce(const Download& download, const ArtifactInformation& information) {
  if (!download.on_information) return {};
  return download.on_information(information);
}

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

// --- In one stream -------------------------------------------------------------------------------

// What is small, or can be read from its beginning only.
Result<Downloaded> fetch_in_one(const Download& download, const ArtifactInformation& information,
                                const PartFile& file, FetcherPool& fetchers,
                                const TransferLimits& limits, const std::stop_token& stop) {
  auto fetcher = fetchers.lend(download.url, stop);
  if (!fetcher) return fetcher.error();
  Retries retries(limits, stop);
  Meter meter(download, static_cast<std::uint64_t>(information.size.value_or(0)));
  std::int64_t there = 0;
  ContentDigests digests(wants_md5(download, information));
  if (auto emptied = file.empty(); !emptied) return emptied.error();
  for (;;) {
    int write_trouble = 0;
    try {
      (*fetcher)->read(
          download.url,
          {static_cast<std::uint64_t>(there), ArtifactPart::to_end, information.validator},
          [&](const void* bytes, std::size_t size) {
            if (stop.stop_requested()) return false;
            write_trouble = file.write(bytes, size, there);
            if (write_trouble != 0) return false;
            digests.add({static_cast<const char*>(bytes), size});
            there += static_cast<std::int64_t>(size);
            if (size > 0) {
              retries.progressed();
              meter.add(size);
            }
            return true;
          });
      break;
    } catch (const Failure& failure) {
      if (write_trouble != 0) return trouble(file.path(), write_trouble);
      if (stop.stop_requested()) return interrupted();
      if (failure.kind() == Failure::Kind::changed) throw;
      if (!retries.wait_after(failure)) {
        if (stop.stop_requested()) return interrupted();
        return error_of(failure, retries.failures());
      }
      if (information.ranges && !information.validator.empty()) continue;
      there = 0;
      digests = ContentDigests(wants_md5(download, information));
      meter.start_at(0);
      if (auto emptied = file.empty(); !emptied) return emptied.error();
    }
  }
  if (information.size && *information.size != there) {
    return Error{ErrorKind::infrastructure,
                 fmt::format("{}: {} bytes came, but it has {}", redacted(download.url), there,
                             *information.size),
                 {}};
  }
  if (auto synced = file.sync(); !synced) return synced.error();
  return Downloaded{digests.finish(), information, static_cast<std::uint64_t>(there)};
}

// --- In one request ------------------------------------------------------------------------------

// What came of it: all of the artifact (`whole`), or what is known of it and its first bytes.
struct Beginning {
  ArtifactInformation information;
  std::int64_t there = 0;
  std::optional<Downloaded> whole;
};

// Absent: it has to be asked for in another way, which also tells why this one did not succeed.
Result<std::optional<Beginning>> fetch_beginning(const Download& download, const PartFile& file,
                                                 FetcherPool& fetchers,
                                                 const TransferLimits& limits,
                                                 const std::stop_token& stop) {
  auto fetcher = fetchers.lend(download.url, stop);
  if (!fetcher) return fetcher.error();
  if (auto emptied = file.empty(); !emptied) return emptied.error();
  Beginning beginning;
  std::optional<ContentDigests> digests;
  std::optional<Meter> meter;
  std::optional<Error> error;
  const auto begin = [&](const ArtifactInformation& information) {
    beginning.information = information;
    if (information.local_path) return false;
    if (auto taken = announce(download, information); !taken) {
      error = taken.error();
    } else if (auto reserved = file.reserve(information.size.value_or(0)); !reserved) {
      error = reserved.error();
    }
    digests.emplace(wants_md5(download, information));
    meter.emplace(download, static_cast<std::uint64_t>(information.size.value_or(0)));
    return !error.has_value();
  };
  const auto receive = [&](const void* bytes, std::size_t size) {
    if (stop.stop_requested()) return false;
    if (size == 0) return true;
    if (const int number = file.write(bytes, size, beginning.there); number != 0) {
      error = trouble(file.path(), number);
      return false;
    }
    digests->add({static_cast<const char*>(bytes), size});
    beginning.there += static_cast<std::int64_t>(size);
    meter->add(size);
    return true;
  };
  try {
    if (!(*fetcher)->get(download.url, static_cast<std::uint64_t>(smallest_chunk), begin,
                         receive)) {
      return Error{ErrorKind::not_found, redacted(download.url) + ": there is no such file", {}};
    }
  } catch (const Failure& failure) {
    if (error) return *error;
    if (stop.stop_requested()) return interrupted();
    if (failure.kind() != Failure::Kind::failed) return std::optional<Beginning>();
    if (Retries retries(limits, stop); !retries.wait_after(failure)) {
      if (stop.stop_requested()) return interrupted();
      return error_of(failure, retries.failures());
    }
    return std::optional<Beginning>();
  }
  const auto size = beginning.information.size;
  if (size ? beginning.there == *size : !beginning.information.ranges) {
    if (auto synced = file.sync(); !synced) return synced.error();
    beginning.whole = Downloaded{digests->finish(), beginning.information,
                                 static_cast<std::uint64_t>(beginning.there)};
  } else if (!size || beginning.there > *size ||
             (!beginning.information.ranges && beginning.there < *size)) {
    return std::optional<Beginning>();  // it is not what it said
  }
  return std::optional(std::move(beginning));
}

// --- In chunks -----------------------------------------------------------------------------------

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
        meter_(download, static_cast<std::uint64_t>(part_.size)),
        there_(part_.done.size(), 0),
        taken_(part_.done) {
    std::uint64_t done = 0;
    for (std::size_t chunk = 0; chunk < part_.done.size(); ++chunk) {
      const std::int64_t before = std::clamp<std::int64_t>(beginning - offset_of(chunk), 0,
                                                           length_of(chunk));
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
        readers.emplace_back([this] { read_chunks(); });
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
    came_.notify_all();
  }

  bool is_over() const { return error_ || changed_ || stop_.stop_requested(); }

  // The first chunk that nobody reads yet.
  std::optional<std::size_t> next_chunk() {
    const std::scoped_lock lock(mutex_);
    if (is_over()) return std::nullopt;
    const auto free = std::ranges::find(taken_, false);
    if (free == taken_.end()) return std::nullopt;
    *free = true;
    return static_cast<std::size_t>(free - taken_.begin());
  }

  void read_chunks() {
    auto fetcher = fetchers_.lend(download_.url, stop_);
    if (!fetcher && fetcher.error().kind == ErrorKind::interrupted) return;
    if (!fetcher) return give_up(fetcher.error());
    Retries retries(limits_, stop_);
    while (const auto chunk = next_chunk()) {
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
        give_up(trouble(file_.path(), write_trouble));
        return false;
      }
      if (failure.kind() == Failure::Kind::changed ||
          failure.kind() == Failure::Kind::unsupported) {
        const std::scoped_lock lock(mutex_);
        if (!changed_) changed_ = failure;
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
    const std::scoped_lock lock(mutex_);
    part_.done[chunk] = true;
    return index_.remember_part(download_.url_key, part_);
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

  std::mutex mutex_;  // guards all below
  std::condition_variable_any came_;
  Meter meter_;
  std::vector<std::int64_t> there_;  // bytes without a gap, by chunk
  std::vector<bool> taken_;
  std::size_t waited_for_ = 0;
  std::optional<Error> error_;
  std::optional<Failure> changed_;
};

// The chunks of an earlier try, if they are of this content.
PartialDownload part_for(const std::optional<PartialDownload>& known, const fs::path& file,
                         const ArtifactInformation& information) {
  PartialDownload part;
  part.validator = information.validator;
  part.size = *information.size;
  part.chunk_size = chunk_size_for(part.size);
  const auto chunks = static_cast<std::size_t>((part.size + part.chunk_size - 1) / part.chunk_size);
  part.done.resize(chunks);
  const auto there = identity_of(file);
  if (known && !part.validator.empty() && known->validator == part.validator &&
      known->size == part.size && known->chunk_size == part.chunk_size &&
      known->done.size() == chunks && there && there->size == part.size) {
    part.done = known->done;
  }
  return part;
}

bool comes_in_chunks(const ArtifactInformation& information) {
  return information.ranges && information.size &&
         *information.size > chunk_size_for(*information.size) && !information.validator.empty();
}

// `beginning`: so many bytes of it are in the file.
Result<Downloaded> fetch_known(const Download& download, const ArtifactInformation& information,
                               std::int64_t beginning, const PartFile& file, FetcherPool& fetchers,
                               StoreIndex& index, const TransferLimits& limits,
                               const std::stop_token& stop) {
  const auto known = index.part(download.url_key);
  if (!known) return known.error();
  if (!comes_in_chunks(information)) {
    if (auto reserved = file.reserve(information.size.value_or(0)); !reserved) {
      return reserved.error();
    }
    return fetch_in_one(download, information, file, fetchers, limits, stop);
  }
  PartialDownload part = part_for(*known, download.file, information);
  if (auto reserved = file.reserve(part.size); !reserved) return reserved.error();
  if (auto kept = index.remember_part(download.url_key, part); !kept) return kept.error();
  return ChunkedDownload(download, information, std::move(part), beginning, file, fetchers, index,
                         limits, stop)
      .run();
}

// Asks for all in one request if nothing is there yet, else what it is.
Result<Beginning> begin_download(const Download& download, const PartFile& file, bool at_once,
                                 FetcherPool& fetchers, StoreIndex& index,
                                 const TransferLimits& limits, const std::stop_token& stop) {
  if (at_once) {
    const auto known = index.part(download.url_key);
    if (!known) return known.error();
    if (!*known) {
      auto beginning = fetch_beginning(download, file, fetchers, limits, stop);
      if (!beginning) return beginning.error();
      if (*beginning) return std::move(**beginning);
    }
  }
  auto information = stat_artifact(download.url, fetchers, limits, stop);
  if (!information) return information.error();
  Beginning beginning{std::move(*information), 0, {}};
  if (beginning.information.local_path) {
    beginning.whole = Downloaded{{}, beginning.information, 0};
    return beginning;
  }
  if (auto taken = announce(download, beginning.information); !taken) return taken.error();
  return beginning;
}

}  // namespace

Result<ArtifactInformation> stat_artifact(const std::string& url, FetcherPool& fetchers,
                                          const TransferLimits& limits,
                                          const std::stop_token& stop) {
  auto fetcher = fetchers.lend(url, stop);
  if (!fetcher) return fetcher.error();
  Retries retries(limits, stop);
  for (;;) {
    try {
      auto information = (*fetcher)->stat(url);
      if (information) return *std::move(information);
      return Error{ErrorKind::not_found, redacted(url) + ": there is no such file", {}};
    } catch (const Failure& failure) {
      if (retries.wait_after(failure)) continue;
      if (stop.stop_requested()) return interrupted();
      return error_of(failure, retries.failures());
    }
  }
}

Result<Downloaded> fetch(const Download& download, FetcherPool& fetchers, StoreIndex& index,
                         const TransferLimits& limits, const std::stop_token& stop) {
  bool without_ranges = false;  // it said that it gives some, and gave none
  for (int time = 1;;) {
    auto file = PartFile::open(download.file);
    if (!file) return file.error();
    auto beginning = begin_download(download, *file, time == 1 && !without_ranges, fetchers, index,
                                    limits, stop);
    if (!beginning) return beginning.error();
    if (beginning->whole) return *std::move(beginning->whole);
    if (without_ranges) beginning->information.ranges = false;
    try {
      return fetch_known(download, beginning->information, beginning->there, *file, fetchers,
                         index, limits, stop);
    } catch (const Failure& failure) {
      if (failure.kind() == Failure::Kind::unsupported && !without_ranges) {
        without_ranges = true;
        continue;
      }
      // It changed under way.
      if (auto forgotten = index.forget_part(download.url_key); !forgotten) {
        return forgotten.error();
      }
      if (time++ == most_restarts) return changed_too_often(download, failure, most_restarts);
    }
  }
}

}  // namespace sharkreg::core
