// SPDX-License-Identifier: Apache-2.0
#include "store/unpack.h"

#include <stdexcept>

#include <fmt/format.h>

#include "base/text.h"
#include "store/archive_member.h"
#include "store/byte_stream.h"
#include "store/unpacked_file.h"

namespace sharkreg::core {
namespace {

Result<void> decompress(const InputFile& file, UnpackedFile& to, const std::stop_token& stop) {
  const Compression compression = file.compression();
  if (compression != Compression::gzip && compression != Compression::zstd) {
    return Error{ErrorKind::infrastructure, "it is neither gzip nor zstd data", {}};
  }
  const auto stream = decompressed(file, compression);
  if (!stream) return stream.error();
  std::uint64_t size = 0;
  for (;;) {
    if (stop.stop_requested()) return Error{ErrorKind::interrupted, "interrupted", {}};
    const Result<std::string_view> piece = (*stream)->next();
    if (!piece) return piece.error();
    if (piece->empty()) return to.finish(size);
    if (const Result<void> written = to.write(*piece, size); !written) return written.error();
    size += piece->size();
  }
}

Result<void> unpack_into(const std::filesystem::path& from, const Unpacking& unpacking,
                         const std::filesystem::path& to, const UnpackLimits& limits,
                         const std::stop_token& stop) {
  const Result<InputFile> input = InputFile::open(from);
  if (!input) return input.error();
  Result<UnpackedFile> output = UnpackedFile::create(to, limits);
  if (!output) return output.error();
  switch (unpacking.kind) {
    case Unpacking::Kind::none:
      break;
    case Unpacking::Kind::decompress:
      return decompress(*input, *output, stop);
    case Unpacking::Kind::member:
      return take_member(*input, unpacking.member, *output, stop);
  }
  throw std::logic_error("nothing is to be unpacked");
}

}  // namespace

Result<void> unpack(const std::filesystem::path& from, const Unpacking& unpacking,
                    const std::filesystem::path& to, const UnpackLimits& limits,
                    const std::stop_token& stop) {
  Result<void> unpacked = unpack_into(from, unpacking, to, limits, stop);
  if (unpacked || unpacked.error().kind == ErrorKind::interrupted) return unpacked;
  Error error = unpacked.error();
  const bool is_member = unpacking.kind == Unpacking::Kind::member;
  error.message = fmt::format(
      "cannot {} \"{}\": {}",
      is_member ? fmt::format("take \"{}\" from", printable(unpacking.member)) : "decompress",
      printable(from.native()), error.message);
  return error;
}

}  // namespace sharkreg::core
