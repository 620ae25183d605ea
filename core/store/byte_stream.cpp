// SPDX-License-Identifier: Apache-2.0
#include "store/byte_stream.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <lzma.h>
#include <new>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>
#include <zlib.h>
#include <zstd.h>

#include <fmt/format.h>

#include "store/archive_handle.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t piece_size = std::size_t{1} << 17;

Error cut_off(std::string_view format) {
  return {ErrorKind::infrastructure, fmt::format("its {} data is cut off", format), {}};
}

Error corrupt(std::string_view format, std::string_view reason) {
  return {ErrorKind::infrastructure, fmt::format("its {} data is corrupt: {}", format, reason), {}};
}

class FileStream final : public ByteStream {
 public:
  explicit FileStream(const InputFile& file) : file_(file) {}

  Result<std::string_view> next() override {
    for (;;) {
      const ssize_t got = ::read(file_.descriptor(), buffer_.data(), buffer_.size());
      if (got >= 0) return std::string_view(buffer_.data(), static_cast<std::size_t>(got));
      if (errno != EINTR) return Error{ErrorKind::infrastructure, std::strerror(errno), {}};
    }
  }

 private:
  const InputFile& file_;
  std::vector<char> buffer_ = std::vector<char>(piece_size);
};

// By zlib itself, since libarchive does not look at the checksum of gzip data.
class GzipStream final : public ByteStream {
 public:
  explicit GzipStream(const InputFile& file) : compressed_(file) {
    constexpr int gzip_alone = 16;
    if (::inflateInit2(&stream_, MAX_WBITS + gzip_alone) != Z_OK) throw std::bad_alloc();
  }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;
  ~GzipStream() override { ::inflateEnd(&stream_); }

  Result<std::string_view> next() override {
    for (;;) {
      if (stream_.avail_in == 0) {
        const Result<std::string_view> piece = compressed_.next();
        if (!piece) return piece.error();
        if (piece->empty() && is_in_member_) return cut_off("gzip");
        if (piece->empty()) return std::string_view();
        take(*piece);
      }
      if (!is_in_member_) {
        if (const Result<void> begun = begin_member(); !begun) return begun.error();
        if (!is_in_member_) continue;
      }
      const auto got = inflated();
      if (!got || !got->empty()) return got;
    }
  }

 private:
  void take(std::string_view piece) {
    // zlib does not write there; its type lacks the const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream_.avail_in = static_cast<uInt>(piece.size());
  }

  // To be called with bytes at hand: they begin a member, or are zeros up to the end.
  Result<void> begin_member() {
    const std::string_view rest(reinterpret_cast<const char*>(stream_.next_in), stream_.avail_in);
    if (rest.front() == '\x1f' && !is_padding_) {
      if (::inflateReset(&stream_) != Z_OK) return corrupt("gzip", "it cannot be read on");
      is_in_member_ = true;
    } else if (rest.find_first_not_of('\0') == std::string_view::npos) {
      is_padding_ = true;
      stream_.avail_in = 0;
    } else {
      return corrupt("gzip", "something else follows it");
    }
    return {};
  }

  Result<std::string_view> inflated() {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_out = static_cast<uInt>(buffer_.size());
    const int status = ::inflate(&stream_, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
      is_in_member_ = false;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      return corrupt("gzip", stream_.msg != nullptr ? stream_.msg : "it cannot be inflated");
    }
    return std::string_view(buffer_.data(), buffer_.size() - stream_.avail_out);
  }

  FileStream compressed_;
  z_stream stream_ = {};
  std::vector<char> buffer_ = std::vector<char>(piece_size);
  bool is_in_member_ = false;
  bool is_padding_ = false;
};

// By libzstd itself: libarchive cannot tell data that is cut off early from data of no bytes.
class ZstdStream final : public ByteStream {
 public:
  explicit ZstdStream(const InputFile& file) : compressed_(file) {
    if (!context_) throw std::bad_alloc();
  }

  Result<std::string_view> next() override {
    for (;;) {
      if (input_.pos == input_.size && !holds_more_) {
        const Result<std::string_view> piece = compressed_.next();
        if (!piece) return piece.error();
        if (piece->empty() && expected_ > 0) return cut_off("zstd");
        if (piece->empty()) return std::string_view();
        input_ = {piece->data(), piece->size(), 0};
      }
      ZSTD_outBuffer output{buffer_.data(), buffer_.size(), 0};
      expected_ = ::ZSTD_decompressStream(context_.get(), &output, &input_);
      if (::ZSTD_isError(expected_) != 0) return corrupt("zstd", ::ZSTD_getErrorName(expected_));
      holds_more_ = expected_ > 0 && output.pos == output.size;
      if (output.pos > 0) return std::string_view(buffer_.data(), output.pos);
    }
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ::ZSTD_freeDCtx(context); }
  };

  FileStream compressed_;
  std::unique_ptr<ZSTD_DCtx, Free> context_{::ZSTD_createDCtx()};
  std::vector<char> buffer_ = std::vector<char>(piece_size);
  ZSTD_inBuffer input_ = {nullptr, 0, 0};
  std::size_t expected_ = 0;  // 0: a frame has ended
  bool holds_more_ = false;   // the buffer was too small for what the context has
};

// By liblzma itself, since libarchive lets it take any amount of memory.
class XzStream final : public ByteStream {
 public:
  explicit XzStream(const InputFile& file) : compressed_(file) {
    if (::lzma_stream_decoder(&stream_, most_memory, LZMA_CONCATENATED) != LZMA_OK) {
      throw std::bad_alloc();
    }
  }
  XzStream(const XzStream&) = delete;
  XzStream& operator=(const XzStream&) = delete;
  ~XzStream() override { ::lzma_end(&stream_); }

  Result<std::string_view> next() override {
    stream_.next_out = reinterpret_cast<std::uint8_t*>(buffer_.data());
    stream_.avail_out = buffer_.size();
    while (stream_.avail_out == buffer_.size() && !is_over_) {
      if (stream_.avail_in == 0 && !has_all_) {
        const Result<std::string_view> piece = compressed_.next();
        if (!piece) return piece.error();
        stream_.next_in = reinterpret_cast<const std::uint8_t*>(piece->data());
        stream_.avail_in = piece->size();
        has_all_ = piece->empty();
      }
      const lzma_ret status = ::lzma_code(&stream_, has_all_ ? LZMA_FINISH : LZMA_RUN);
      is_over_ = status == LZMA_STREAM_END;
      if (status != LZMA_OK && !is_over_) return error_of(status);
    }
    return std::string_view(buffer_.data(), buffer_.size() - stream_.avail_out);
  }

 private:
  static constexpr std::uint64_t most_memory = std::uint64_t{256} << 20;  // bytes

  static Error error_of(lzma_ret status) {
    switch (status) {
      case LZMA_BUF_ERROR:
        return cut_off("xz");
      case LZMA_MEM_ERROR:
      case LZMA_MEMLIMIT_ERROR:
        return {ErrorKind::infrastructure,
                "its xz data needs more memory than the 256 MiB that it may have",
                "compress it with a dictionary of 128 MiB at most, such as by xz -9"};
      case LZMA_FORMAT_ERROR:
        return corrupt("xz", "something else follows it");
      case LZMA_OPTIONS_ERROR:
        return corrupt("xz", "it was compressed in a way that is not known");
      default:
        return corrupt("xz", "it cannot be decompressed");
    }
  }

  FileStream compressed_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  std::vector<char> buffer_ = std::vector<char>(piece_size);
  bool has_all_ = false;  // of the compressed data
  bool is_over_ = false;
};

// By libarchive, as a "raw" archive with one member. It says of no bytes at all that it does not
// know them, which is as good as any: a tar has some.
class ArchiveFilterStream final : public ByteStream {
 public:
  ArchiveFilterStream(const InputFile& file, std::string_view format, int filter)
      : file_(file), format_(format), filter_(filter) {}

  Result<std::string_view> next() override {
    if (!is_open_) {
      if (const Result<void> opened = open(); !opened) return opened.error();
      is_open_ = true;
    }
    const void* bytes = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int status = ::archive_read_data_block(archive_.get(), &bytes, &size, &offset);
    if (status == ARCHIVE_EOF) return std::string_view();
    if (status != ARCHIVE_OK) return corrupt(format_, reason_of(archive_));
    return std::string_view(static_cast<const char*>(bytes), size);
  }

 private:
  Result<void> open() {
    // A warning means that libarchive would start a program for it.
    if (::archive_read_append_filter(archive_.get(), filter_) != ARCHIVE_OK ||
        ::archive_read_support_format_raw(archive_.get()) != ARCHIVE_OK) {
      return Error{ErrorKind::infrastructure,
                   fmt::format("the libarchive of this machine cannot read {} data", format_),
                   {}};
    }
    archive_entry* entry = nullptr;
    if (::archive_read_open_fd(archive_.get(), file_.descriptor(), piece_size) != ARCHIVE_OK ||
        ::archive_read_next_header(archive_.get(), &entry) != ARCHIVE_OK) {
      return corrupt(format_, reason_of(archive_));
    }
    return {};
  }

  const InputFile& file_;
  const std::string_view format_;
  const int filter_;
  ArchiveHandle archive_ = new_archive();
  bool is_open_ = false;
};

}  // namespace

Result<InputFile> InputFile::open(const std::filesystem::path& path) {
  // Without O_NONBLOCK, opening a pipe would wait for its other end.
  InputFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (file.descriptor_ < 0 || ::fstat(file.descriptor_, &status) != 0) {
    const ErrorKind kind = errno == ENOENT ? ErrorKind::not_found : ErrorKind::infrastructure;
    return Error{kind, std::strerror(errno), {}};
  }
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorKind::invalid, "it is a directory, a pipe or a device, not a file", {}};
  }
  return file;
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool InputFile::begins_with(std::string_view bytes) const {
  std::string beginning(bytes.size(), '\0');
  const ssize_t got = ::pread(descriptor_, beginning.data(), beginning.size(), 0);
  return got == static_cast<ssize_t>(bytes.size()) && beginning == bytes;
}

Compression InputFile::compression() const {
  if (begins_with("\x1f\x8b")) return Compression::gzip;
  if (begins_with("\x28\xb5\x2f\xfd")) return Compression::zstd;
  if (begins_with("BZh")) return Compression::bzip2;
  if (begins_with({"\xfd"
                   "7zXZ\0",
                   6}))
    return Compression::xz;
  // zstd data may begin with a frame to be skipped, as pzstd writes it.
  for (char first = '\x50'; first <= '\x5f'; ++first) {
    if (begins_with(std::string{first, '\x2a', '\x4d', '\x18'})) return Compression::zstd;
  }
  return Compression::none;
}

Result<std::unique_ptr<ByteStream>> decompressed(const InputFile& file, Compression compression) {
  switch (compression) {
    case Compression::none:
      return std::make_unique<FileStream>(file);
    case Compression::gzip:
      return std::make_unique<GzipStream>(file);
    case Compression::zstd:
      return std::make_unique<ZstdStream>(file);
    case Compression::xz:
      return std::make_unique<XzStream>(file);
    case Compression::bzip2:
      return std::make_unique<ArchiveFilterStream>(file, "bzip2", ARCHIVE_FILTER_BZIP2);
  }
  return nullptr;
}

}  // namespace sharkreg::core
