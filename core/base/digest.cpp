// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <array>
#include <stdexcept>

#include <openssl/evp.h>

#include "base/files.h"

namespace sharkreg::core {

struct Sha256::State {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

namespace {

// Without SHA-256 nothing of the store works, and there is nothing a caller could do about it.
void require(bool succeeded) {
  if (!succeeded) throw std::runtime_error("OpenSSL refuses to compute SHA-256");
}

}  // namespace

Sha256::Sha256() : state_(std::make_unique<State>()) {
  require(state_->context != nullptr &&
          EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::add(std::string_view bytes) {
  require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
  return *this;
}

std::string Sha256::finish() {
  std::array<unsigned char, 32> digest{};
  require(EVP_DigestFinal_ex(state_->context.get(), digest.data(), nullptr) == 1);
  constexpr std::string_view hexadecimal = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    text += hexadecimal[byte >> 4];
    text += hexadecimal[byte & 15];
  }
  return text;
}

std::string sha256_of(std::string_view bytes) {
  return Sha256().add(bytes).finish();
}

Result<std::string> sha256_of_file(const std::filesystem::path& path) {
  Sha256 digest;
  const Result<void> read = read_pieces(path, [&](std::string_view piece) {
    digest.add(piece);
    return true;
  });
  if (!read) return read.error();
  return digest.finish();
}

}  // namespace sharkreg::core
