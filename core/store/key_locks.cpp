// SPDX-License-Identifier: Apache-2.0
#include "store/key_locks.h"

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <thread>
#include <unistd.h>

#include "base/files.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t digits = 15;  // of the key: as many bits as an offset has, and a little less

Error cannot_lock(const std::filesystem::path& file, int number) {
  return {
      ErrorKind::infrastructure, "cannot lock " + file.native() + ": " + std::strerror(number), {}};
}

std::int64_t place_of(std::string_view key) {
  key = key.substr(0, digits);
  std::int64_t place = 0;
  std::from_chars(key.data(), key.data() + key.size(), place, 16);
  return place;
}

// 0, or what errno says. Locks are the open file's, not the process's: another object of this process
// counts as somebody else.
int set_lock(int descriptor, short type, std::int64_t place) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = place;
  lock.l_len = 1;
  for (;;) {
    if (::fcntl(descriptor, F_OFD_SETLK, &lock) == 0) return 0;
    if (errno != EINTR) return errno;
  }
}

}  // namespace

KeyLocks::~KeyLocks() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<int> KeyLocks::open() {
  const std::scoped_lock lock(mutex_);
  if (descriptor_ >= 0) return descriptor_;
  if (const auto made = make_directories(file_.parent_path()); !made) return made.error();
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (descriptor_ < 0) return cannot_lock(file_, errno);
  return descriptor_;
}

Result<std::optional<KeyLocks::Held>> KeyLocks::try_to_take(const std::string& key) {
  const auto descriptor = open();
  if (!descriptor) return descriptor.error();
  const std::int64_t place = place_of(key);
  {
    const std::scoped_lock lock(mutex_);
    if (!held_.insert(place).second) return std::optional<Held>();
  }
  const int trouble = set_lock(*descriptor, F_WRLCK, place);
  if (trouble == 0) return std::optional<Held>(std::in_place, *this, place);
  forget(place);
  if (trouble == EAGAIN || trouble == EACCES) return std::optional<Held>();
  return cannot_lock(file_, trouble);
}

Result<KeyLocks::Held> KeyLocks::wait_for(const std::string& key, const std::stop_token& stop) {
  for (;;) {
    auto taken = try_to_take(key);
    if (!taken) return taken.error();
    if (*taken) return std::move(**taken);
    if (stop.stop_requested()) return Error{ErrorKind::interrupted, "interrupted", {}};
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

// Called by its holder, who knows that the file is open.
void KeyLocks::let_go(std::int64_t place) {
  const auto descriptor = open();
  if (descriptor) set_lock(*descriptor, F_UNLCK, place);
  forget(place);
}

void KeyLocks::forget(std::int64_t place) {
  const std::scoped_lock lock(mutex_);
  held_.erase(place);
}

}  // namespace sharkreg::core
