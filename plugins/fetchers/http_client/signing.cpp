// SPDX-License-Identifier: Apache-2.0
#include "signing.h"

#include <algorithm>
#include <array>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <sharkreg/failure.h>

namespace http_fetcher {
namespace {

using Digest = std::array<unsigned char, 32>;

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string text_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

[[noreturn]] void fail() {
  throw sharkreg::Failure(sharkreg::Failure::Kind::failed, "OpenSSL cannot compute a SHA-256");
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view text) {
  Digest digest;
  if (::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()), octets(text), text.size(),
             digest.data(), nullptr) == nullptr) {
    fail();
  }
  return text_of(digest);
}

std::string sha256(std::string_view bytes) {
  Digest digest;
  if (::EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, ::EVP_sha256(), nullptr) !=
      1) {
    fail();
  }
  return text_of(digest);
}

std::string hexadecimal(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += digits[value >> 4];
    text += digits[value & 15];
  }
  return text;
}

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // OpenSSL adds a zero
  ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), octets(bytes),
                    static_cast<int>(bytes.size()));
  text.pop_back();
  return text;
}

std::optional<std::string> bytes_of_base64(std::string_view text) {
  // OpenSSL also takes white space at both ends, and padding anywhere.
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t plain = std::min(text.find_first_not_of(letters), text.size());
  const std::size_t padding = text.size() - plain;
  if (text.size() % 4 != 0 || text.substr(plain) != std::string_view("==").substr(0, padding) ||
      padding > 2) {
    return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3, '\0');
  ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), octets(text),
                    static_cast<int>(text.size()));
  bytes.resize(bytes.size() - padding);  // it counts what the padding stands for
  return bytes;
}

}  // namespace http_fetcher
