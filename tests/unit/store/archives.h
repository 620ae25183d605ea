// SPDX-License-Identifier: Apache-2.0
// Archives and compressed data for tests, made in memory.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sharkreg::core {

struct ArchiveMember {
  enum class Type { file, directory, symbolic_link, hard_link, pipe };

  std::string name;
  std::string content = {};  // of a link: where it leads
  Type type = Type::file;
  // Where the content that is no hole lies: offset and length. Empty: there are no holes.
  std::vector<std::pair<std::int64_t, std::int64_t>> data = {};
};

// `format` is one of libarchive's: "pax", "gnutar", "ustar", "zip". Names are taken for UTF-8. With
// a password, members of a zip are encrypted.
std::string archive_of(const std::string& format, const std::vector<ArchiveMember>& members,
                       const std::string& password = {});

// `format` is "gzip", "zstd" (with a checksum), "xz" or "bzip2".
std::string compressed(const std::string& format, const std::string& bytes);

// Bytes that hardly compress, the same ones for the same seed.
std::string noise(std::size_t size, unsigned seed);

}  // namespace sharkreg::core
