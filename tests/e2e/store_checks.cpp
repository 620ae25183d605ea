// SPDX-License-Identifier: Apache-2.0
#include "store_checks.h"

#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

std::string wrong_blob(const fs::path& file) {
  const std::string name = file.parent_path().filename().string() + file.filename().string();
  const auto digest = core::sha256_of_file(file);
  if (!digest) return file.string() + " cannot be read\n";
  if (*digest != name) return file.string() + " has the content " + *digest + "\n";
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || (status.st_mode & 0222) != 0) {
    return file.string() + " can be written to\n";
  }
  return {};
}

// Whether any of its bytes is locked.
bool is_held(const fs::path& locks) {
  const int descriptor = ::open(locks.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return false;  // nothing was ever fetched
  struct flock whole {};
  whole.l_type = F_WRLCK;
  const bool is_known = ::fcntl(descriptor, F_OFD_GETLK, &whole) == 0;
  ::close(descriptor);
  return !is_known || whole.l_type != F_UNLCK;
}

}  // namespace

std::string random_content(std::size_t size, unsigned seed) {
  std::string content(size, '\0');
  std::uint64_t state = seed;
  for (std::size_t at = 0; at < size; at += sizeof state) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const std::uint64_t mixed = state ^ state >> 29;
    std::memcpy(content.data() + at, &mixed, std::min(sizeof mixed, size - at));
  }
  return content;
}

std::string wrong_in_store(const fs::path& store) {
  std::string wrong;
  std::error_code missing;
  for (const auto& entry : fs::recursive_directory_iterator(store / "blobs", missing)) {
    if (entry.is_regular_file()) wrong += wrong_blob(entry.path());
  }
  if (is_held(store / "urls.lock")) wrong += "a lock is held\n";
  return wrong;
}

}  // namespace sharkreg::e2e
