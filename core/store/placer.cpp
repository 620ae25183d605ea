// SPDX-License-Identifier: Apache-2.0
#include "store/placer.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "base/files.h"

namespace sharkreg::core {
namespace {

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

void Placer::place_all(StoreIndex& index, const std::vector<Waiting*>& batch) {
  const auto fail_all = [&](const Error& error) {
    for (Waiting* waiting : batch) waiting->result = error;
  };
  if (auto flushed = flush(batch.front()->placement.part, batch.size() > 1); !flushed) {
    return fail_all(flushed.error());
  }
  std::vector<NewBlob> records;
  for (const Waiting* waiting : batch) records.push_back(waiting->placement.record);
  if (auto remembered = index.remember_all(records); !remembered) {
    return fail_all(remembered.error());
  }
  for (Waiting* waiting : batch) waiting->result = give_name(waiting->placement);
}

Result<void> Placer::place(StoreIndex& index, Placement placement) {
  Waiting mine{std::move(placement), std::nullopt};
  std::unique_lock lock(mutex_);
  waiting_.push_back(&mine);
  while (!mine.result) {
    if (is_placing_) {
      placed_.wait(lock);
      continue;
    }
    is_placing_ = true;
    const std::vector<Waiting*> batch(waiting_.begin(), waiting_.end());
    waiting_.clear();
    lock.unlock();
    place_all(index, batch);
    lock.lock();
    is_placing_ = false;
    placed_.notify_all();
  }
  return *mine.result;
}

}  // namespace sharkreg::core
