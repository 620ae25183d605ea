// SPDX-License-Identifier: Apache-2.0
#include "store/archive_member.h"

#include <algorithm>
#include <cerrno>
#include <locale.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "store/archive_handle.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t block_size = std::size_t{1} << 17;

// libarchive turns names that an archive has in UTF-8 into the encoding of the thread's locale, and
// loses them where that is "C", which it is in all programs that do not ask for another.
class NamesInUtf8 {
 public:
  NamesInUtf8() : utf8_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (utf8_ != nullptr) before_ = ::uselocale(utf8_);
  }
  NamesInUtf8(const NamesInUtf8&) = delete;
  NamesInUtf8& operator=(const NamesInUtf8&) = delete;
  ~NamesInUtf8() {
    if (utf8_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(utf8_);
  }

 private:
  locale_t utf8_;
  locale_t before_ = nullptr;
};

// "a/b" for "/./a//b/".
std::string normalised(std::string_view path) {
  std::string result;
  for (const std::string& component : split(path, '/')) {
    if (component.empty() || component == ".") continue;
    result.append(result.empty() ? "" : "/").append(component);
  }
  return result;
}

// The name as libarchive gives one that an archive has in UTF-8: letters with marks on them, which
// some systems take apart, are whole. To be called with names in UTF-8.
std::string composed(const std::string& name) {
  const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(::archive_entry_new(),
                                                                       ::archive_entry_free);
  const bool is_known = ::archive_entry_update_pathname_utf8(entry.get(), name.c_str()) != 0;
  const char* result = is_known ? ::archive_entry_pathname(entry.get()) : nullptr;
  return result == nullptr ? name : result;
}

std::string_view last_component(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// Members that may be meant by one that is not there.
class Neighbours {
 public:
  explicit Neighbours(std::string wanted) : wanted_(std::move(wanted)) {}

  void consider(const std::string& path) {
    if (path.size() > longest) return;
    if (last_component(path) == last_component(wanted_)) {
      add_to(namesakes_, path, most);
    } else {
      add_to(others_, path, most_others);
    }
  }

  // To be put behind a message.
  std::string text() const {
    std::vector<std::string> names = namesakes_;
    for (std::string& name : nearest_names(wanted_, others_, most - names.size())) {
      names.push_back(std::move(name));
    }
    const std::string_view relation = names.empty() ? "it has" : "the nearest are";
    if (names.empty()) names.assign(others_.begin(), others_.begin() + shown_of(others_));
    if (names.empty()) return "; it has no files";
    for (std::string& name : names) name = fmt::format("\"{}\"", printable(name));
    return fmt::format("; {} {}", relation, fmt::join(names, ", "));
  }

 private:
  static constexpr std::size_t most = 5;
  static constexpr std::size_t most_others = 2000;
  static constexpr std::size_t longest = 512;  // bytes of a name

  static void add_to(std::vector<std::string>& names, const std::string& name, std::size_t count) {
    if (names.size() < count) names.push_back(name);
  }
  static std::ptrdiff_t shown_of(const std::vector<std::string>& names) {
    return static_cast<std::ptrdiff_t>(std::min(names.size(), most));
  }

  std::string wanted_;
  std::vector<std::string> namesakes_;
  std::vector<std::string> others_;
};

// Why an entry is no file; none if it is one.
std::optional<Error> objection_to(archive_entry* entry) {
  const auto link = [](std::string_view kind, const char* target) {
    const std::string name = target == nullptr ? "" : printable(target);
    return Error{ErrorKind::invalid, fmt::format("it is a {} link to \"{}\"", kind, name),
                 "name the file that it leads to"};
  };
  if (const char* target = ::archive_entry_hardlink(entry)) return link("hard", target);
  const auto type = ::archive_entry_filetype(entry);
  if (type == AE_IFREG) return std::nullopt;
  if (type == AE_IFLNK) return link("symbolic", ::archive_entry_symlink(entry));
  return Error{ErrorKind::invalid,
               type == AE_IFDIR ? "it is a directory" : "it is a device or a pipe, not a file",
               {}};
}

class MemberReader {
 public:
  MemberReader(std::string_view member, UnpackedFile& to, const std::stop_token& stop)
      : wanted_(normalised(member)),
        wanted_composed_(composed(wanted_)),
        neighbours_(wanted_),
        to_(to),
        stop_(stop) {}

  Result<void> take_from(const InputFile& file) {
    if (const Result<void> opened = open(file); !opened) return opened.error();
    for (archive_entry* entry = nullptr;;) {
      if (stop_.stop_requested()) return interrupted();
      const int status = ::archive_read_next_header(archive_.get(), &entry);
      if (status == ARCHIVE_EOF) break;
      // A warning is of no concern: of a name in another encoding, say.
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return failure(file);
      if (const Result<void> looked = look_at(entry); !looked) return looked.error();
    }
    if (const Result<void> ended = check_end(); !ended) return ended.error();
    if (!size_ && !objection_) {
      return Error{ErrorKind::not_found, "there is no such member" + neighbours_.text(), {}};
    }
    if (objection_) return *objection_;
    return to_.finish(*size_);
  }

 private:
  static Error interrupted() { return {ErrorKind::interrupted, "interrupted", {}}; }

  // What went wrong when libarchive says that something did.
  Error failure(const InputFile& file) const {
    if (stream_error_) return *stream_error_;
    if (::archive_format(archive_.get()) == 0) {
      // A zip is known by its end.
      const bool is_cut_off = file.begins_with("PK\x03\x04");
      return {ErrorKind::infrastructure,
              is_cut_off ? "it is a zip that is cut off" : "it is no tar or zip, or is corrupt",
              {}};
    }
    return {ErrorKind::infrastructure, reason_of(archive_), {}};
  }

  Result<void> open(const InputFile& file) {
    ::archive_read_support_format_tar(archive_.get());
    const Compression compression = file.compression();
    if (compression == Compression::none) {
      // Not the reader for zips that come as a stream: what they say on the way may be out of date.
      ::archive_read_support_format_zip_seekable(archive_.get());
      const int status = ::archive_read_open_fd(archive_.get(), file.descriptor(), block_size);
      return status == ARCHIVE_OK ? Result<void>() : failure(file);
    }
    auto stream = decompressed(file, compression);
    if (!stream) return stream.error();
    stream_ = *std::move(stream);
    const int status = ::archive_read_open(archive_.get(), this, nullptr, next_piece, nullptr);
    return status == ARCHIVE_OK ? Result<void>() : failure(file);
  }

  // Called by libarchive.
  static la_ssize_t next_piece(archive* handle, void* reader, const void** bytes) noexcept {
    auto& self = *static_cast<MemberReader*>(reader);
    const Result<std::string_view> piece = self.stop_.stop_requested()
                                               ? Result<std::string_view>(interrupted())
                                               : self.stream_->next();
    if (!piece) {
      self.stream_error_ = piece.error();
      ::archive_set_error(handle, EIO, "%s", piece.error().message.c_str());
      return ARCHIVE_FATAL;
    }
    if (piece->empty()) self.stream_has_ended_ = true;
    *bytes = piece->data();
    return static_cast<la_ssize_t>(piece->size());
  }

  Result<void> look_at(archive_entry* entry) {
    const char* written = ::archive_entry_pathname(entry);
    const std::string path = normalised(written == nullptr ? "" : written);
    const bool is_wanted = path == wanted_ || path == wanted_composed_;
    std::optional<Error> objection = objection_to(entry);
    if (!is_wanted) {
      if (!objection) neighbours_.consider(path);
      return {};
    }
    size_.reset();
    objection_ = std::move(objection);
    return objection_ ? Result<void>() : copy(entry);
  }

  Result<void> copy(archive_entry* entry) {
    if (::archive_entry_is_data_encrypted(entry) != 0) {
      return Error{ErrorKind::infrastructure, "it is encrypted", {}};
    }
    const auto size = static_cast<std::uint64_t>(::archive_entry_size(entry));
    std::uint64_t stored = ::archive_entry_sparse_reset(entry) > 0 ? 0 : size;
    const bool is_sparse = stored < size;
    for (la_int64_t offset = 0, length = 0;
         ::archive_entry_sparse_next(entry, &offset, &length) == ARCHIVE_OK;) {
      stored += static_cast<std::uint64_t>(length);
    }
    if (const Result<void> begun = to_.begin(size, stored); !begun) return begun.error();
    const Result<std::uint64_t> end = copy_blocks();
    if (!end) return end.error();
    // What follows the last block of a sparse member is a hole as well.
    if (is_sparse ? *end > size : *end != size) {
      return Error{ErrorKind::infrastructure,
                   fmt::format("it is corrupt: it has {} bytes in place of {}", *end, size),
                   {}};
    }
    size_ = size;
    return {};
  }

  // Where the last of them ends.
  Result<std::uint64_t> copy_blocks() {
    std::uint64_t end = 0;
    for (;;) {
      if (stop_.stop_requested()) return interrupted();
      const void* bytes = nullptr;
      std::size_t size = 0;
      la_int64_t offset = 0;
      const int status = ::archive_read_data_block(archive_.get(), &bytes, &size, &offset);
      if (status == ARCHIVE_EOF) return end;
      // Here a warning is of a wrong checksum.
      if (status != ARCHIVE_OK) {
        if (stream_error_) return *stream_error_;
        return Error{ErrorKind::infrastructure, "it is corrupt: " + reason_of(archive_), {}};
      }
      if (size == 0) continue;
      const auto at = static_cast<std::uint64_t>(offset);
      const auto written = to_.write({static_cast<const char*>(bytes), size}, at);
      if (!written) return written.error();
      end = std::max(end, at + size);
    }
  }

  // Whether all that should be there was there: libarchive takes a tar that is cut off between two
  // members for a whole one, and does not read on to where compressed data has its checksums.
  Result<void> check_end() {
    if (stream_) return drain();
    const bool is_tar =
        (::archive_format(archive_.get()) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
    const la_int64_t mark =
        ::archive_filter_bytes(archive_.get(), 0) - ::archive_read_header_position(archive_.get());
    if (is_tar && mark <= 0) {
      return Error{ErrorKind::infrastructure, "it is a tar that is cut off: it has no end", {}};
    }
    return {};
  }

  Result<void> drain() {
    while (!stream_has_ended_) {
      if (stop_.stop_requested()) return interrupted();
      const Result<std::string_view> piece = stream_->next();
      if (!piece) return piece.error();
      stream_has_ended_ = piece->empty();
    }
    return {};
  }

  const std::string wanted_;
  const std::string wanted_composed_;
  Neighbours neighbours_;
  UnpackedFile& to_;
  const std::stop_token& stop_;
  std::unique_ptr<ByteStream> stream_;  // null: libarchive reads the file itself
  std::optional<Error> stream_error_;
  bool stream_has_ended_ = false;
  // Of the last entry by that path: how large it is, or why it is no file.
  std::optional<std::uint64_t> size_;
  std::optional<Error> objection_;
  ArchiveHandle archive_ = new_archive();  // freed first: it calls next_piece
};

}  // namespace

Result<void> take_member(const InputFile& archive, std::string_view member, UnpackedFile& to,
                         const std::stop_token& stop) {
  const NamesInUtf8 names;
  return MemberReader(member, to, stop).take_from(archive);
}

}  // namespace sharkreg::core
