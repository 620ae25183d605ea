// SPDX-License-Identifier: Apache-2.0
#include "store/cached_results.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <random>
#include <set>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/files.h"
#include "store/clone_file.h"
#include "store/garbage.h"
#include "store/placing.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

// The time of the last use needs not be exact, and a write costs more than a look.
constexpr std::chrono::hours exactness{1};

constexpr std::int64_t most_of_a_slot = 50;  // results that are compared for an explanation

Error cannot(const char* what, const fs::path& file, int number) {
  return {ErrorKind::infrastructure,
          std::string("cannot ") + what + " " + file.native() + ": " + std::strerror(number),
          {}};
}

FileIdentity identity_of(const struct stat& status) {
  return {status.st_size, static_cast<std::int64_t>(status.st_ino),
          status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

Result<void> flush(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return cannot("open", file, errno);
  const int trouble = ::fdatasync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (trouble != 0) return cannot("write", file, trouble);
  return {};
}

// Copies of processes that were killed. One of another container, whose number says nothing here, is
// known by its age: copies wait for seconds.
void remove_abandoned(const fs::path& parts) {
  constexpr std::chrono::hours long_ago{1};
  std::error_code error;
  for (fs::directory_iterator at(parts, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename();
    int process = 0;
    if (std::sscanf(name.c_str(), "result-%d-", &process) != 1 || process <= 0) continue;
    const bool is_gone = ::kill(process, 0) != 0 && errno == ESRCH;
    std::error_code ignored;
    const auto time = fs::last_write_time(at->path(), ignored);
    if (!is_gone || ignored || fs::file_time_type::clock::now() - time < long_ago) continue;
    fs::remove(at->path(), ignored);
  }
}

void remove_all(const std::vector<fs::path>& files) {
  for (const fs::path& file : files) {
    std::error_code ignored;
    fs::remove(file, ignored);
  }
}

}  // namespace

PendingResult::PendingResult(PendingResult&& other) noexcept
    : result(std::move(other.result)), parts(std::exchange(other.parts, {})) {}

PendingResult& PendingResult::operator=(PendingResult&& other) noexcept {
  std::swap(result, other.result);
  std::swap(parts, other.parts);
  return *this;
}

PendingResult::~PendingResult() {
  remove_all(parts);
}

class CachedResults::OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  OpenFile(OpenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;  // -1: an empty file
};

Result<std::unique_ptr<CachedResults>> CachedResults::open(StoreLayout layout, const Clock& clock,
                                                           std::uint64_t max_size) {
  auto index = StoreIndex::open(layout.index());
  if (!index) return index.error();
  remove_abandoned(layout.parts());
  return std::unique_ptr<CachedResults>(
      new CachedResults(std::move(layout), std::move(*index), clock, max_size));
}

std::chrono::sys_time<std::chrono::milliseconds> CachedResults::now() const {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(clock_.now());
}

Result<std::optional<CachedResult>> CachedResults::find(const std::string& key,
                                                        const std::string& slot) {
  const auto known = index_->result(key, slot);
  if (!known) return known.error();
  if (!*known) return std::optional<CachedResult>();
  auto result = cached_result_from_json((*known)->record);
  if (!result) return result.error();
  // On a full disk a hit is worth more than the time of its use.
  if (now() - (*known)->used > exactness) (void)index_->note_use(key, slot, now());
  return std::optional(std::move(*result));
}

// Absent: it is gone, or not what its name says; that is mended where it can be.
Result<std::optional<CachedResults::OpenFile>> CachedResults::open_trusted(const CachedFile& file) {
  if (file.sha256.empty()) return std::optional<OpenFile>(OpenFile(-1));
  const fs::path path = layout_.blob(file.sha256);
  OpenFile opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.get() < 0) return std::optional<OpenFile>();
  struct stat status {};
  if (::fstat(opened.get(), &status) != 0) return cannot("read", path, errno);
  const FileIdentity identity = identity_of(status);
  const auto blob = index_->blob(file.sha256);
  if (!blob) return blob.error();
  if (*blob && (*blob)->identity == identity) return std::optional(std::move(opened));
  const auto digest = sha256_of_file(path);
  if (!digest) return std::optional<OpenFile>();
  if (*digest == file.sha256) {
    if (auto noted = index_->remember_blob({file.sha256, identity}); !noted) return noted.error();
    return std::optional(std::move(opened));
  }
  if (auto done = set_aside(file.sha256); !done) return done.error();
  return std::optional<OpenFile>();
}

// What is not what its name says.
Result<void> CachedResults::set_aside(const std::string& sha256) {
  if (auto kept = place_durably(layout_.blob(sha256), layout_.bad() / sha256); !kept) return kept;
  return index_->forget_blob(sha256);
}

Result<std::optional<std::vector<CachedResults::OpenFile>>> CachedResults::open_all(
    const CachedResult& result) {
  std::vector<OpenFile> opened;
  std::vector<CachedFile> files = result.files;
  files.push_back(result.standard_output);
  files.push_back(result.standard_error);
  for (const CachedFile& file : files) {
    auto one = open_trusted(file);
    if (!one) return one.error();
    if (!*one) return std::optional<std::vector<OpenFile>>();
    opened.push_back(std::move(**one));
  }
  return std::optional(std::move(opened));
}

Result<bool> CachedResults::is_whole(const std::string& key, const CachedResult& result) {
  const auto opened = open_all(result);
  if (!opened) return opened.error();
  if (*opened) return true;
  if (auto forgotten = index_->forget_result(key); !forgotten) return forgotten.error();
  return false;
}

Result<bool> CachedResults::is_right(const std::string& key, const CachedResult& result) {
  bool right = true;
  for (const CachedFile& file : result.files) {
    const auto digest = sha256_of_file(layout_.blob(file.sha256));
    if (digest && *digest == file.sha256) continue;
    right = false;
    if (!digest) continue;  // gone
    if (auto done = set_aside(file.sha256); !done) return done.error();
  }
  if (right) return true;
  if (auto forgotten = index_->forget_result(key); !forgotten) return forgotten.error();
  return false;
}

Result<bool> CachedResults::copy_out(const std::string& key, const CachedResult& result,
                                     const fs::path& directory, const fs::path& standard_output,
                                     const fs::path& standard_error) {
  const auto opened = open_all(result);
  if (!opened) return opened.error();
  if (!*opened) {
    if (auto forgotten = index_->forget_result(key); !forgotten) return forgotten.error();
    return false;
  }
  std::vector<fs::path> copies;
  const auto copy = [&](const OpenFile& from, const fs::path& to, mode_t mode) -> Result<void> {
    copies.push_back(to);
    if (from.get() >= 0) return clone_file(from.get(), to, mode);
    const int made = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (made < 0) return cannot("write", to, errno);
    ::close(made);
    return {};
  };
  const auto copy_everything = [&]() -> Result<void> {
    for (const std::string& made : result.directories) {
      if (auto done = make_directories(directory / made); !done) return done;
    }
    for (std::size_t index = 0; index < result.files.size(); ++index) {
      const CachedFile& file = result.files[index];
      const mode_t mode = file.is_executable ? 0755 : 0644;
      if (auto done = copy((**opened)[index], directory / file.path, mode); !done) return done;
    }
    std::size_t index = result.files.size();
    for (const fs::path& log : {standard_output, standard_error}) {
      std::error_code ignored;
      fs::remove(log, ignored);
      if (auto done = copy((**opened)[index++], log, 0644); !done) return done;
    }
    return {};
  };
  const auto done = copy_everything();
  if (done) return true;
  remove_all(copies);
  for (auto made = result.directories.rbegin(); made != result.directories.rend(); ++made) {
    std::error_code ignored;
    fs::remove(directory / *made, ignored);
  }
  return done.error();
}

// A path below parts/ that nobody else will make.
Result<fs::path> CachedResults::new_part() const {
  if (const auto made = make_directories(layout_.parts()); !made) return made.error();
  std::random_device random;
  return layout_.parts() /
         fmt::format("result-{}-{:08x}{:08x}{:08x}", ::getpid(), random(), random(), random());
}

Result<PendingResult> CachedResults::take(const std::vector<FileToKeep>& files,
                                          const fs::path& standard_output,
                                          const fs::path& standard_error) {
  PendingResult pending;
  const auto add = [&](const fs::path& file) -> Result<void> {
    auto part = new_part();
    if (!part) return part.error();
    auto copied = clone_file(file, *part);
    if (copied) pending.parts.push_back(std::move(*part));
    return copied;
  };
  for (const FileToKeep& file : files) {
    if (auto added = add(file.file); !added) return added.error();
    pending.result.files.push_back({file.path, {}, 0, file.is_executable});
  }
  for (const fs::path& log : {standard_output, standard_error}) {
    if (auto added = add(log); !added) return added.error();
  }
  return pending;
}

// Gives a part its name in the store, and fills in what the file is.
Result<Blob> CachedResults::place(const fs::path& part, CachedFile& file) {
  auto digest = sha256_of_file(part);
  if (!digest) return digest.error();
  file.sha256 = std::move(*digest);
  const fs::path path = layout_.blob(file.sha256);
  // One that is there stays: others may know it by its inode.
  if (const auto known = index_->blob(file.sha256); known && *known) {
    if (core::identity_of(path) == (*known)->identity) {
      file.size = (*known)->identity.size;
      std::error_code ignored;
      fs::remove(part, ignored);
      return **known;
    }
  }
  if (::chmod(part.c_str(), 0444) != 0) return cannot("place", part, errno);
  const auto identity = core::identity_of(part);
  if (!identity) return cannot("place", part, ENOENT);
  if (auto flushed = flush(part); !flushed) return flushed.error();
  if (auto placed = place_durably(part, path); !placed) return placed.error();
  file.size = identity->size;
  return Blob{file.sha256, *identity};
}

Result<CachedResult> CachedResults::keep(const std::string& key, const std::string& slot,
                                         PendingResult pending) {
  CachedResult result = std::move(pending.result);
  NewResult record{key, slot, {}, {}};
  std::vector<CachedFile*> files;
  for (CachedFile& file : result.files) files.push_back(&file);
  files.push_back(&result.standard_output);
  files.push_back(&result.standard_error);
  std::set<std::string> known;
  for (std::size_t index = 0; index < files.size(); ++index) {
    const bool is_log = index >= result.files.size();
    const auto size = core::identity_of(pending.parts.at(index));
    if (is_log && size && size->size == 0) continue;  // most logs are empty: no file for those
    auto blob = place(pending.parts[index], *files[index]);
    if (!blob) return blob.error();
    if (known.insert(blob->sha256).second) record.blobs.push_back(std::move(*blob));
  }
  record.record = to_json_text(result);
  if (auto noted = index_->remember_result(record, now()); !noted) return noted.error();
  has_grown_ = true;
  return result;
}

Result<std::vector<CachedResult>> CachedResults::results_of(const std::string& slot) {
  const auto known = index_->results_of(slot, most_of_a_slot);
  if (!known) return known.error();
  std::vector<CachedResult> results;
  for (const KnownResult& one : *known) {
    if (auto result = cached_result_from_json(one.record)) results.push_back(std::move(*result));
  }
  return results;
}

Result<void> CachedResults::make_room() {
  if (max_size_ == 0 || !has_grown_.exchange(false)) return {};
  const auto collected = collect_garbage(*index_, layout_, {.max_size = max_size_}, clock_.now());
  if (!collected) return collected.error();
  return {};
}

}  // namespace sharkreg::core
