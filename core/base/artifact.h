// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sharkreg::core {

// Digests that the content of a URL must have, in lower-case hexadecimal; empty: any. They are of
// what the URL gives, before it is unpacked, as those who publish files publish them.
struct Pin {
  std::string sha256;
  std::string md5;

  bool is_empty() const { return sha256.empty() && md5.empty(); }
  bool operator==(const Pin&) const = default;
};

// What makes the artifact out of what the URL gives.
struct Unpacking {
  enum class Kind {
    none,
    decompress,  // one file in gzip or zstd
    member,      // of a tar, compressed or not, or of a zip
  };
  Kind kind = Kind::none;
  std::string member;  // its path in the archive; for Kind::member alone

  bool operator==(const Unpacking&) const = default;
};

}  // namespace sharkreg::core
