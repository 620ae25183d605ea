// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sharkreg::core {

// The digest, by OpenSSL's EVP, of what is added piece by piece.
class Digest {
 public:
  enum class Algorithm { md5, sha256 };

  explicit Digest(Algorithm algorithm);
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  Digest& add(std::string_view bytes);

  // Lower-case hexadecimal: 32 characters for MD5, 64 for SHA-256. Ends the use of this object.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// FIPS 180-4; what the store names content by.
class Sha256 : public Digest {
 public:
  Sha256() : Digest(Algorithm::sha256) {}
};

// RFC 1321; only ever to compare with what others publish: whoever wants two files of one MD5 can
// make them.
class Md5 : public Digest {
 public:
  Md5() : Digest(Algorithm::md5) {}
};

std::string sha256_of(std::string_view bytes);
Result<std::string> sha256_of_file(const std::filesystem::path& path);
Result<std::string> md5_of_file(const std::filesystem::path& path);

}  // namespace sharkreg::core
