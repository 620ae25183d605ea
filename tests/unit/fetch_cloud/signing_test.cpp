// SPDX-License-Identifier: Apache-2.0
#include "signing.h"

#include <doctest/doctest.h>

namespace http_fetcher {
namespace {

TEST_CASE("cloud: digests are those of the standards") {
  CHECK(hexadecimal(sha256("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, test case 2.
  CHECK(hexadecimal(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  // RFC 4231, test case 6: a key that is longer than a block.
  CHECK(hexadecimal(hmac_sha256(std::string(131, '\xaa'),
                                "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("cloud: base64 comes back, and nothing else is taken for it") {
  // RFC 4648.
  const char* pairs[][2] = {{"", ""},
                            {"f", "Zg=="},
                            {"fo", "Zm8="},
                            {"foo", "Zm9v"},
                            {"foob", "Zm9vYg=="},
                            {"fooba", "Zm9vYmE="},
                            {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : pairs) {
    CHECK(base64(plain) == text);
    CHECK(bytes_of_base64(text) == plain);
  }
  CHECK(base64(std::string("\0\0\xff", 3)) == "AAD/");
  CHECK(bytes_of_base64("AAD/") == std::string("\0\0\xff", 3));
  for (const char* other : {"Zg", "Zg=", "Zm9v ", "Zm-v", "====", "=", "A===", "Zg==Zg=="}) {
    CAPTURE(other);
    CHECK_FALSE(bytes_of_base64(other));
  }
}

}  // namespace
}  // namespace http_fetcher
