// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <array>
#include <span>
#include <stdexcept>

#include <openssl/evp.h>

#include "base/files.h"

namespace sharkreg::core {

struct Digest::State {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

namespace {

// Without SHA-256 nothing of the store works, and where the system forbids MD5 nothing can be
// compared with one: there is nothing a caller could do about either.
void require(bool succeeded) {
  if (!succeeded) {
    throw std::runtime_error("OpenSSL refuses to compute a digest (MD5 is off in FIPS mode)");
  }
}

Result<std::string> digest_of_file(Digest digest, const std::filesystem::path& path) {
  const Result<void> read = read_pieces(path, [&](std::string_view piece) {
    digest.add(piece);
    return true;
  });
  if (!read) return read.error();
  return digest.finish();
}

}  // namespace

Digest::Digest(Algorithm algorithm) : state_(std::make_unique<State>()) {
  const EVP_MD* function = algorithm == Algorithm::md5 ? EVP_md5() : EVP_sha256();
  require(state_->context != nullptr &&
          EVP_DigestInit_ex(state_->context.get(), function, nullptr) == 1);
}

Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

Digest& Digest::add(std::string_view bytes) {
  require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
  return *this;
}

std::string Digest::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  require(EVP_DigestFinal_ex(state_->context.get(), digest.data(), &size) == 1);
  constexpr std::string_view hexadecimal = "0123456789abcdef";
  std::string text;
  text.reserve(2 * size);
  for (const unsigned char byte : std::span(digest).first(size)) {
    text += hexadecimal[byte >> 4];
    text += hexadecimal[byte & 15];
  }
  return text;
}

std::string sha256_of(std::string_view bytes) {
  return Sha256().add(bytes).finish();
}

Result<std::string> sha256_of_file(const std::filesystem::path& path) {
  return digest_of_file(Sha256(), path);
}

Result<std::string> md5_of_file(const std::filesystem::path& path) {
  return digest_of_file(Md5(), path);
}

}  // namespace sharkreg::core
