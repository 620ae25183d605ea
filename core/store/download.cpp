// SPDX-License-Identifier: Apache-2.0
#include "store/download.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/secrets.h"
#include "store/chunked_download.h"
#include "store/part_file.h"
#include "store/transfer.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

constexpr int most_restarts = 3;

Error changed_too_often(const Download& download, const Failure& failure, int times) {
  return {ErrorKind::infrastructure,
          fmt::format("{}: it changed {} times while it was fetched; last: {}",
                      redacted(download.url), times, failure.what()),
          "fetch it when nobody uploads it"};
}

Result<void> announce(const Download& download, const ArtifactInformation& information) {
  if (!download.on_information) return {};
  return download.on_information(information);
}

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
  std::int64_t furthest = 0;  // that a try ever came: what came before is no progress
  bool resumes = information.ranges && !information.validator.empty();
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
            if (there > furthest) retries.progressed();
            furthest = std::max(furthest, there);
            if (size > 0) meter.add(size);
            return true;
          });
      break;
    } catch (const Failure& failure) {
      if (write_trouble != 0) return core::write_trouble(file.path(), write_trouble);
      if (stop.stop_requested()) return interrupted();
      if (failure.kind() == Failure::Kind::changed) throw;
      // It gives no ranges, whatever it said: from the beginning then.
      const bool no_ranges = failure.kind() == Failure::Kind::unsupported && there > 0;
      if (!no_ranges && !retries.wait_after(failure)) {
        if (stop.stop_requested()) return interrupted();
        return error_of(failure, retries.failures());
      }
      resumes = resumes && !no_ranges;
      if (resumes) continue;
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
  if (!file.is_new()) {
    if (auto emptied = file.empty(); !emptied) return emptied.error();
  }
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
      error = write_trouble(file.path(), number);
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
    beginning.whole = Downloaded{digests->finish(), beginning.information,
                                 static_cast<std::uint64_t>(beginning.there)};
  } else if (!size || beginning.there > *size ||
             (!beginning.information.ranges && beginning.there < *size)) {
    return std::optional<Beginning>();  // it is not what it said
  }
  return std::optional(std::move(beginning));
}

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

// `beginning`: so many bytes of it are in the file. `known`: what an earlier try left there.
Result<Downloaded> fetch_known(const Download& download, const ArtifactInformation& information,
                               std::int64_t beginning, const std::optional<PartialDownload>& known,
                               const PartFile& file, FetcherPool& fetchers, StoreIndex& index,
                               const TransferLimits& limits, const std::stop_token& stop) {
  if (!comes_in_chunks(information)) {
    if (auto reserved = file.reserve(information.size.value_or(0)); !reserved) {
      return reserved.error();
    }
    return fetch_in_one(download, information, file, fetchers, limits, stop);
  }
  PartialDownload part = part_for(known, download.file, information);
  if (auto reserved = file.reserve(part.size); !reserved) return reserved.error();
  if (auto kept = index.remember_part(download.url_key, part); !kept) return kept.error();
  return fetch_in_chunks(download, information, std::move(part), beginning, file, fetchers, index,
                         limits, stop);
}

// Asks for all in one request, if that may be, else what it is.
Result<Beginning> begin_download(const Download& download, const PartFile& file, bool at_once,
                                 FetcherPool& fetchers, const TransferLimits& limits,
                                 const std::stop_token& stop) {
  if (at_once) {
    auto beginning = fetch_beginning(download, file, fetchers, limits, stop);
    if (!beginning) return beginning.error();
    if (*beginning) return std::move(**beginning);
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
    const auto known = index.part(download.url_key);
    if (!known) return known.error();
    const bool at_once = !*known && time == 1 && !without_ranges;
    auto beginning = begin_download(download, *file, at_once, fetchers, limits, stop);
    if (!beginning) return beginning.error();
    if (beginning->whole) return *std::move(beginning->whole);
    if (without_ranges) beginning->information.ranges = false;
    try {
      return fetch_known(download, beginning->information, beginning->there, *known, *file,
                         fetchers, index, limits, stop);
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
