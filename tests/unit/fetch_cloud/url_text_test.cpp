// SPDX-License-Identifier: Apache-2.0
#include "url_text.h"

#include <doctest/doctest.h>

namespace http_fetcher {
namespace {

TEST_CASE("cloud: a URL is split as RFC 3986 does") {
  const auto parts = split_url("HTTPS://Acme.Example:8443/A%20b?x=/1?#y");
  REQUIRE(parts);
  CHECK(parts->scheme == "https");
  CHECK(parts->authority == "acme.example:8443");
  CHECK(parts->host() == "acme.example");
  CHECK(parts->path == "/A%20b");
  CHECK(parts->query == "x=/1?");
  CHECK(parts->fragment == "y");
  CHECK(split_url("http://[::1]:80")->host() == "[::1]");
  CHECK(split_url("http://[::1]")->host() == "[::1]");
  CHECK(split_url("az://a?b")->authority == "a");
  CHECK(split_url("az://a?b")->path.empty());
  CHECK_FALSE(split_url("az://a")->query);
  CHECK_FALSE(split_url("://a"));
  CHECK_FALSE(split_url("/a/b"));
}

TEST_CASE("cloud: percent encoding comes back") {
  CHECK(percent_encoded("a b+c%/~*\xC3\xBC", "/") == "a%20b%2Bc%25/~%2A%C3%BC");
  CHECK(percent_decoded("a%20b%2bc%25/~*%C3%BC+") == "a b+c%/~*\xC3\xBC+");
  for (const char* broken : {"%", "%2", "%2g", "a%"}) CHECK_FALSE(percent_decoded(broken));
}

TEST_CASE("cloud: https and this machine are confidential, others are not") {
  for (const char* url : {"https://a.b/c", "HTTPS://a", "http://127.0.0.1:10000/acme",
                          "http://localhost", "http://[::1]:80/"}) {
    CAPTURE(url);
    CHECK(is_confidential(url));
  }
  for (const char* url : {"http://a.b/c", "http://127.0.0.1.evil.example", "http://localhost.a",
                          "http://127.0.0.1@a.b", "ftp://a", "a"}) {
    CAPTURE(url);
    CHECK_FALSE(is_confidential(url));
  }
}

}  // namespace
}  // namespace http_fetcher
