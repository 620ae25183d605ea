// SPDX-License-Identifier: Apache-2.0
// The store's archives and compressed files, whose contents are blobs as well.
#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <utility>

#include "base/digest.h"
#include "base/files.h"
#include "base/secrets.h"
#include "store/artifact_store.h"
#include "store/placing.h"
#include "store/unpack.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

Error cannot_place(const fs::path& file, int number) {
  return {ErrorKind::infrastructure,
          "cannot place " + file.native() + ": " + std::strerror(number),
          {}};
}

}  // namespace

Result<ArtifactStore::Found> ArtifactStore::unpack_into_store(StoreIndex& index,
                                                              const ArtifactRequest& wanted,
                                                              const Found& raw,
                                                              const std::string& key,
                                                              const std::stop_token& stop) {
  const fs::path part = layout_.part(key);
  if (const auto made = make_directories(part.parent_path()); !made) return made.error();
  UnpackLimits limits;
  if (settings_.max_size > 0) limits.largest = settings_.max_size;
  if (auto done = unpack(raw.file, wanted.unpacking, part, limits, stop); !done) {
    Error error = done.error();
    error.message = redacted(wanted.location) + ": " + error.message;
    return error;
  }
  const auto digest = sha256_of_file(part);
  if (!digest) return digest.error();
  if (::chmod(part.c_str(), 0444) != 0) return cannot_place(part, errno);
  const auto identity = identity_of(part);
  if (!identity) return cannot_place(part, ENOENT);
  if (auto room = make_room(index, static_cast<std::uint64_t>(identity->size)); !room) {
    return room.error();
  }
  if (auto leased = leases_.take(index, {{*digest, {}}}); !leased) return leased.error();
  const fs::path file = layout_.blob(*digest);
  // Here the file comes first: one without a row is no harm.
  if (auto placed = place_durably(part, file); !placed) return placed.error();
  if (auto noted = index.remember_blob({*digest, *identity}); !noted) return noted.error();
  if (auto noted = index.remember_derived(key, *digest); !noted) return noted.error();
  return Found{file, *digest, raw.note};
}

Result<ArtifactStore::Found> ArtifactStore::unpacked(const ArtifactRequest& wanted, Found raw,
                                                     const std::stop_token& stop) {
  if (wanted.unpacking.kind == Unpacking::Kind::none) return raw;
  const auto index = this->index();
  if (!index) return index.error();
  std::string content = raw.sha256;
  if (content.empty()) {
    const auto digests = digests_of(**index, raw.file, {"wanted", {}});
    if (!digests) return digests.error();
    content = digests->sha256;
  }
  const std::string key = sha256_of("unpacked\n" + content + "\n" + wanted.unpacking.member);
  const auto known = [&](Rights rights) -> Result<std::optional<Found>> {
    const auto derived = (*index)->derived(key);
    if (!derived) return derived.error();
    if (!*derived) return std::optional<Found>();
    ArtifactRequest result;
    result.pin.sha256 = **derived;
    auto found = find_pinned(**index, result, rights);
    if (found && *found) (*found)->note = raw.note;
    return found;
  };
  auto found = known(Rights::look);
  if (!found) return found.error();
  if (*found) return std::move(**found);
  const auto lock = locks_.wait_for(key, stop);
  if (!lock) return lock.error();
  found = known(Rights::mend);
  if (!found) return found.error();
  if (*found) return std::move(**found);
  return unpack_into_store(**index, wanted, raw, key, stop);
}

}  // namespace sharkreg::core
