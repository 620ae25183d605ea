// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

// What services that speak HTTP have requests signed with. Bytes are in strings; all functions may
// be called from any thread.
namespace http_fetcher {

// HMAC (RFC 2104) with SHA-256: 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);

std::string sha256(std::string_view bytes);  // 32 bytes
std::string hexadecimal(std::string_view bytes);

std::string base64(std::string_view bytes);
// None if the text is no base64 with its padding.
std::optional<std::string> bytes_of_base64(std::string_view text);

}  // namespace http_fetcher
