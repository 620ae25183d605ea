// SPDX-License-Identifier: Apache-2.0
#include "store/file_digests.h"

#include <chrono>
#include <utility>

#include "base/digest.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t digest_length = 64;

// Clocks of file systems are coarse: another write could still leave the same modification time.
constexpr std::chrono::seconds settled_after{3};

}  // namespace

Result<std::string> FileDigests::of(const std::filesystem::path& file) {
  if (file.parent_path().parent_path() == blobs_) {
    std::string name = file.parent_path().filename().native() + file.filename().native();
    if (name.size() == digest_length) return name;
  }
  const auto identity = identity_of(file);
  if (!identity) return sha256_of_file(file);  // which says what is wrong
  {
    const std::scoped_lock lock(mutex_);
    const auto known = known_.find(file);
    if (known != known_.end() && known->second.identity == *identity) return known->second.sha256;
  }
  auto digest = memo_.digest_of_file(file);
  const std::chrono::nanoseconds modified(identity->modified);
  const bool is_settled = clock_.now().time_since_epoch() - modified > settled_after;
  if (digest && is_settled && identity_of(file) == identity) {
    const std::scoped_lock lock(mutex_);
    known_[file] = {*identity, *digest};
  }
  return digest;
}

}  // namespace sharkreg::core
