// SPDX-License-Identifier: Apache-2.0
#include "store/placer.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "base/files.h"
#include "store/chunked_download.h"

namespace sharkreg::core {
namespace {

// For others, until so much has come.
constexpr std::chrono::milliseconds longest_wait{30};
constexpr std::int64_t enough_bytes = smallest_chunk / 2;

Error cannot(const char* what, const std::filesystem::path& file, int number) {
  return {ErrorKind::infrastructure,
          std::string("cannot ") + what + " " + file.native() + ": " + std::strerror(number),
          {}};
}

// One file by itself; of several the whole file system, which is one journal commit for all.
Result<void> flush(const std::filesystem::path& file, bool with_all) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return cannot("open", file, errno);
  const int done = with_all ? ::syncfs(descriptor) : ::fdatasync(descriptor);
  const int trouble = done == 0 ? 0 : errno;
  ::close(descriptor);
  if (trouble != 0) return cannot("write", file, trouble);
  return {};
}

Result<void> give_name(const Placement& placement) {
  if (::rename(placement.part.c_str(), placement.blob.c_str()) == 0) return {};
  if (errno != ENOENT) return cannot("place", placement.blob, errno);
  if (auto made = make_directories(placement.blob.parent_path()); !made) return made;
  if (::rename(placement.part.c_str(), placement.blob.c_str()) == 0) return {};
  return cannot("place", placement.blob, errno);
}

}  // namespace

std::vector<Result<void>> Placer::results_of(StoreIndex& index, const std::vector<Waiting>& batch) {
  const auto all_failed = [&](const Error& error) {
    return std::vector<Result<void>>(batch.size(), error);
  };
  if (auto flushed = flush(batch.front().placement.part, batch.size() > 1); !flushed) {
    return all_failed(flushed.error());
  }
  std::vector<NewBlob> records;
  for (const Waiting& waiting : batch) records.push_back(waiting.placement.record);
  if (auto remembered = index.remember_all(records); !remembered) {
    return all_failed(remembered.error());
  }
  std::vector<Result<void>> results;
  for (const Waiting& waiting : batch) results.push_back(give_name(waiting.placement));
  return results;
}

void Placer::place_all(StoreIndex& index, const std::vector<Waiting>& batch) {
  const std::vector<Result<void>> results = results_of(index, batch);
  for (std::size_t at = 0; at < batch.size(); ++at) batch[at].done(results[at]);
}

void Placer::count_coming(int by) {
  const std::scoped_lock lock(mutex_);
  coming_ += by;
  if (coming_ == 0) came_.notify_one();
}

void Placer::place(StoreIndex& index, Placement placement, Done done) {
  std::unique_lock lock(mutex_);
  placed_.wait(lock, [&] { return !is_placing_ || bytes_ < smallest_chunk; });
  bytes_ += placement.record.source.blob.identity.size;
  waiting_.push_back({std::move(placement), std::move(done)});
  if (std::exchange(is_placing_, true)) {
    if (bytes_ >= enough_bytes) came_.notify_one();
    return;
  }
  while (!waiting_.empty()) {
    came_.wait_for(lock, longest_wait, [&] { return coming_ == 0 || bytes_ >= enough_bytes; });
    const std::vector<Waiting> batch = std::exchange(waiting_, {});
    lock.unlock();
    place_all(index, batch);
    lock.lock();
    for (const Waiting& waiting : batch) {
      bytes_ -= waiting.placement.record.source.blob.identity.size;
    }
    placed_.notify_all();
  }
  is_placing_ = false;
}

}  // namespace sharkreg::core
