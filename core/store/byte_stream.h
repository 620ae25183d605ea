// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace sharkreg::core {

// Bytes that come piece after piece, for one thread. The messages of errors are reasons, such as
// "its gzip data is cut off": which file it is the caller says.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // The next piece, valid until the next call; an empty one at the end, after which there are no
  // calls. At the end all that a format has to verify was verified.
  virtual Result<std::string_view> next() = 0;
};

enum class Compression { none, gzip, zstd, xz, bzip2 };

// A regular file that is open for reading.
class InputFile {
 public:
  // What is no regular file is an error, and is not waited for.
  static Result<InputFile> open(const std::filesystem::path& path);
  InputFile(InputFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();

  int descriptor() const { return descriptor_; }  // at the beginning of the file

  // Whether the file begins with these bytes.
  bool begins_with(std::string_view bytes) const;

  // How the file is compressed, as its first bytes say.
  Compression compression() const;

 private:
  explicit InputFile(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

// The bytes of a file that is compressed, decompressed once, whatever they are then; gzip of several
// members and zstd of several frames as one. No program is ever started. The file has to outlive the
// stream, which alone reads it.
//
// Errors (infrastructure): corrupt or cut off; bytes behind gzip data other than zeros, as which
// gzip itself takes for padding.
// Memory: a few hundred KiB, and what the data was compressed for, beyond which it is an error: of
// zstd at most 128 MiB, of xz at most 256 MiB (usually 8 to 64).
Result<std::unique_ptr<ByteStream>> decompressed(const InputFile& file, Compression compression);

}  // namespace sharkreg::core
