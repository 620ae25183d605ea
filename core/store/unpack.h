// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>

#include "base/artifact.h"
#include "base/error.h"

namespace sharkreg::core {

// What unpacking may take. A small file can become any number of bytes.
struct UnpackLimits {
  std::optional<std::uint64_t> largest;              // bytes of the result; none: what the disk has
  std::uint64_t reserve = std::uint64_t{256} << 20;  // bytes that stay free on the disk
};

// Makes the file `to` of `from`, as `unpacking` says (not Kind::none): decompresses it, or takes a
// member out of it. What `from` is counts, not what it is called:
//
//   decompress   gzip or zstd, of any number of members or frames
//   member       a tar, as it is or in gzip, zstd, xz or bzip2; or a zip
//
// A member is found by its path; "." components, and a "/" in front of the archive's, mean nothing.
// Of several by one path the last in the archive counts, as where all are unpacked over one another;
// of a zip the central directory counts. A member must be a file: links are not followed. An archive
// is read to its end, so one that is corrupt or cut off gives an error, and never a wrong file;
// what is behind the member but in a zip is part of that. Holes of sparse members stay holes.
//
// `to` is replaced (a link is not followed), and on the disk when this returns; an error leaves no
// part of it.
//
// Errors: not_found (no `from`; no such member: a few that come near are named); invalid (the member
// is no file); infrastructure (another format, corrupt, cut off, encrypted, beyond the limits, no
// room on the disk); interrupted. Names and sizes of an archive are never trusted.
// Memory: a few MiB, the names of a zip, and see byte_stream.h. Threads: any.
Result<void> unpack(const std::filesystem::path& from, const Unpacking& unpacking,
                    const std::filesystem::path& to, const UnpackLimits& limits,
                    const std::stop_token& stop);

}  // namespace sharkreg::core
