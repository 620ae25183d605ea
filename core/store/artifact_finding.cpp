// SPDX-License-Identifier: Apache-2.0
// What the store has already, and whether it may be used.
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/digest.h"
#include "store/agreement.h"
#include "store/artifact_store.h"
#include "store/git_lfs.h"
#include "store/placing.h"
#include "store/transfer.h"

namespace sharkreg::core {
namespace fs = std::filesystem;

std::string scheme_of(std::string_view location) {
  const std::size_t colon = location.find("://");
  return location.starts_with('/') || colon == std::string_view::npos
             ? "file"
             : std::string(location.substr(0, colon));
}

bool names_a_commit(std::string_view location) {
  constexpr std::size_t digits = 40;
  location = location.substr(0, location.find_first_of("?#"));
  std::size_t run = 0;
  for (std::size_t at = 0; at <= location.size(); ++at) {
    const char c = at < location.size() ? location[at] : '/';
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    const bool ends = c == '/' || c == '@';
    if (run == digits && ends) return true;
    // A run counts from a component's beginning alone.
    run = ends ? 0 : digit && run <= digits ? run + 1 : digits + 1;
  }
  return false;
}

// The file of a blob whose content is what its name says. Absent (not_found): there is none, or
// none that can be told without a right to mend it.
Result<fs::path> ArtifactStore::trusted_file(StoreIndex& index, const std::string& part_key,
                                             const Blob& blob, Rights rights) const {
  const fs::path file = layout_.blob(blob.sha256);
  const auto identity = identity_of(file);
  if (identity == blob.identity) return file;
  const Error absent{ErrorKind::not_found, file.native() + " is not there", {}};
  if (rights == Rights::look) return absent;
  if (!identity) {
    // Whoever fetched it was killed between the index and the rename.
    const fs::path part = layout_.part(part_key);
    if (part_key.empty() || identity_of(part) != blob.identity) return absent;
    if (auto placed = place_durably(part, file); !placed) return placed.error();
    return file;
  }
  const auto digest = sha256_of_file(file);
  if (!digest) return digest.error();
  if (*digest == blob.sha256) {
    if (auto noted = index.remember_blob({blob.sha256, *identity}); !noted) return noted.error();
    return file;
  }
  if (auto kept = place_durably(file, layout_.bad() / blob.sha256); !kept) return kept.error();
  if (auto forgotten = index.forget_blob(blob.sha256); !forgotten) return forgotten.error();
  return absent;
}

bool ArtifactStore::is_current(const KnownSource& known, const std::string& location) const {
  switch (settings_.revalidate) {
    case Revalidate::never:
      return true;
    case Revalidate::always:
      return settings_.offline;
    case Revalidate::etag:
      break;
  }
  return settings_.offline || names_a_commit(location) ||
         now() - known.checked < settings_.revalidate_after;
}

// By its content alone: it does not matter where it came from.
Result<std::optional<ArtifactStore::Found>> ArtifactStore::find_pinned(
    StoreIndex& index, const ArtifactRequest& wanted, Rights rights) const {
  if (wanted.pin.sha256.empty()) return std::optional<Found>();
  const auto blob = index.blob(wanted.pin.sha256);
  if (!blob) return blob.error();
  if (!*blob) return std::optional<Found>();
  auto file = trusted_file(index, {}, **blob, rights);
  if (!file && file.error().kind != ErrorKind::not_found) return file.error();
  if (!file) return std::optional<Found>();
  return std::optional(Found{std::move(*file), wanted.pin.sha256, {}});
}

// Whether the URL that it came from has the same content still. Errors: those of stat_artifact; of
// kind infrastructure too if no mirror that is named is that URL.
Result<bool> ArtifactStore::is_unchanged(const KnownSource& known, const std::string& location,
                                         const std::stop_token& stop) {
  Result<bool> answer =
      Error{ErrorKind::infrastructure, "the mirror that it came from is not named any more", {}};
  for (const std::string& candidate : candidates(location)) {
    if (sha256_of(candidate) != known.origin) continue;
    const auto information = stat_artifact(candidate, fetchers_, settings_.limits, stop);
    if (!information) {
      answer = information.error();
    } else {
      return !information->validator.empty() && information->validator == known.validator;
    }
  }
  return answer;
}

// The store's file of what the URL had when it was last asked for. Absent: it has to be fetched.
Result<std::optional<ArtifactStore::Found>> ArtifactStore::find(StoreIndex& index,
                                                                const ArtifactRequest& wanted,
                                                                const std::string& key,
                                                                Rights rights,
                                                                const std::stop_token& stop) {
  auto pinned = find_pinned(index, wanted, rights);
  if (!pinned || *pinned) return pinned;
  auto known = index.source(key);
  if (!known) return known.error();
  if (!*known) return std::optional<Found>();
  if (disagreement(wanted.pin, {(*known)->blob.sha256, {}})) return std::optional<Found>();
  auto file = trusted_file(index, (*known)->origin, (*known)->blob, rights);
  if (!file && file.error().kind == ErrorKind::not_found) return std::optional<Found>();
  if (!file) return file.error();
  Found found{std::move(*file), (*known)->blob.sha256, {}};
  if (!wanted.pin.md5.empty()) {
    const auto digests = digests_of(index, found.file, wanted.pin);
    if (!digests) return digests.error();
    if (disagreement(wanted.pin, *digests)) return std::optional<Found>();
    return std::optional(std::move(found));
  }
  if (is_current(**known, wanted.location)) return std::optional(std::move(found));
  const auto unchanged = is_unchanged(**known, wanted.location, stop);
  if (!unchanged) {
    // It may be there still, and the store's copy is what it was.
    if (unchanged.error().kind != ErrorKind::infrastructure) return unchanged.error();
    found.note = "it could not be asked whether it is still current: " + unchanged.error().message;
    return std::optional(std::move(found));
  }
  if (!*unchanged) return std::optional<Found>();
  KnownSource current = **known;
  current.checked = now();
  if (auto remembered = index.remember(key, current); !remembered) return remembered.error();
  return std::optional(std::move(found));
}

Result<Pin> ArtifactStore::digests_of(StoreIndex& index, const fs::path& file, const Pin& wanted) {
  const auto identity = identity_of(file);
  if (!identity) return Error{ErrorKind::not_found, file.native() + " is not there", {}};
  const auto known = index.digests(file, *identity);
  if (!known) return known.error();
  Pin digests = known->value_or(Pin{});
  const Pin before = digests;
  if (!wanted.sha256.empty() && digests.sha256.empty()) {
    auto digest = sha256_of_file(file);
    if (!digest) return digest.error();
    digests.sha256 = std::move(*digest);
  }
  if (!wanted.md5.empty() && digests.md5.empty()) {
    auto digest = md5_of_file(file);
    if (!digest) return digest.error();
    digests.md5 = std::move(*digest);
  }
  if (!(digests == before)) {
    if (auto noted = index.remember_digests(file, *identity, digests); !noted) {
      return noted.error();
    }
  }
  return digests;
}

// A file of this machine: used where it lies. The index is opened only if something is to be known
// of its content.
Result<ArtifactStore::Found> ArtifactStore::local_file(const ArtifactRequest& wanted,
                                                       const fs::path& file) {
  Found found{file, {}, {}};
  if (wanted.pin.is_empty()) return found;
  const auto index = this->index();
  if (!index) return index.error();
  const auto digests = digests_of(**index, file, wanted.pin);
  if (!digests) return digests.error();
  if (const auto trouble = disagreement(wanted.pin, *digests)) {
    return Error{ErrorKind::infrastructure, fmt::format("{}: {}", file.native(), *trouble),
                 "correct the pin, or the file"};
  }
  return found;
}

// A pointer of git-lfs is never the artifact; what it points to may be in the store.
Result<ArtifactStore::Found> ArtifactStore::without_pointer(Found found,
                                                            const std::string& location) {
  const auto identity = identity_of(found.file);
  if (!identity || identity->size > largest_git_lfs_pointer) return found;
  const auto pointer = git_lfs_pointer(found.file);
  if (!pointer) return found;
  const auto index = this->index();
  if (!index) return index.error();
  ArtifactRequest content;
  content.pin.sha256 = pointer->sha256;
  auto stored = find_pinned(**index, content, Rights::look);
  if (stored && *stored) return std::move(**stored);
  return git_lfs_error(*pointer, location);
}

// What provide() would find without asking anybody, but for errors.
std::optional<ArtifactStore::Found> ArtifactStore::find_present(
    StoreIndex& index, const ArtifactRequest& wanted) const {
  if (wanted.unpacking.kind != Unpacking::Kind::none || scheme_of(wanted.location) == "file") {
    return std::nullopt;
  }
  std::optional<Blob> blob;
  if (!wanted.pin.sha256.empty()) {
    if (const auto pinned = index.blob(wanted.pin.sha256)) blob = *pinned;
  } else if (wanted.pin.md5.empty()) {
    const auto known = index.source(sha256_of(wanted.location));
    if (known && *known && is_current(**known, wanted.location)) blob = (*known)->blob;
  }
  // What is that small may be a pointer of git-lfs.
  if (!blob || blob->identity.size <= largest_git_lfs_pointer) return std::nullopt;
  auto file = trusted_file(index, {}, *blob, Rights::look);
  if (!file) return std::nullopt;
  return Found{std::move(*file), blob->sha256, {}};
}

std::vector<std::optional<Provided>> ArtifactStore::provide_present(
    const std::vector<Placed>& all) {
  std::vector<std::optional<Provided>> provided(all.size());
  const auto index = this->index();
  if (!index) return provided;
  std::vector<std::optional<Found>> found;
  std::vector<Lease> leases;
  for (const Placed& one : all) {
    found.push_back(find_present(**index, one.wanted));
    if (found.back()) leases.push_back({found.back()->sha256, one.destination});
  }
  if (const auto leased = leases_.take(**index, leases); !leased) return provided;
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (!found[at]) continue;
    if (auto placed = place(*found[at], all[at].destination); placed) provided[at] = *placed;
  }
  return provided;
}

Result<std::optional<ArtifactStore::StoredFile>> ArtifactStore::look_up(
    const std::string& location) {
  const auto index = this->index();
  if (!index) return index.error();
  const auto known = (*index)->source(sha256_of(location));
  if (!known) return known.error();
  if (!*known) return std::optional<StoredFile>();
  const Blob& blob = (*known)->blob;
  auto file = trusted_file(**index, {}, blob, Rights::look);
  if (!file) return std::optional<StoredFile>();
  return std::optional(
      StoredFile{std::move(*file), blob.sha256, static_cast<std::uint64_t>(blob.identity.size)});
}

}  // namespace sharkreg::core
