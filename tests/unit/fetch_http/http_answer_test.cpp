// SPDX-License-Identifier: Apache-2.0
#include "http_answer.h"

#include <ctime>

#include <doctest/doctest.h>

namespace http_fetcher {
namespace {

TEST_CASE("http: a range is read strictly") {
  const auto range = parse_content_range("bytes 5-9/10");
  REQUIRE(range);
  CHECK(range->first == 5);
  CHECK(range->last == 9);
  CHECK(range->total == 10);
  CHECK_FALSE(parse_content_range("bytes 0-0/*")->total);
  for (const char* text :
       {"", "bytes", "bytes 5-4/10", "bytes 5-10/10", "bytes -5/10", "bytes 5-/10", "lines 5-9/10",
        "bytes 5-9", "bytes 5-9/1x", "bytes 5-99999999999999999999999/*", "bytes */10"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_content_range(text));
  }
}

TEST_CASE("http: of XML that explains a failure only code and message are said") {
  Answer answer;
  answer.status = 403;
  answer.error_text =
      "<?xml version=\"1.0\"?> <Error><Code>No</Code><Message>&#34;a&#x22; &lt;b&gt; "
      "&amp;&nope;&#7; c&"
      "</Message><Key>secret</Key>";
  CHECK(answer.error_code() == "No");
  CHECK(answer.said() == "403 (No: \"a\" <b> & c&)");
  answer.reason = "Forbidden";
  CHECK(answer.said() == "403 Forbidden (No: \"a\" <b> & c&)");
  answer.headers["x-ms-error-code"] = "Never";
  CHECK(answer.error_code() == "Never");
  answer.error_text.clear();
  CHECK(answer.said() == "403 Forbidden (Never)");
  // Azure writes the message into the status line too, and its own notes behind it.
  answer.error_text = "<Error><Message>Forbidden to all. RequestId:7 Time:8</Message></Error>";
  CHECK(answer.said() == "403 (Never: Forbidden to all.)");
  // The end is cut off where it is long.
  answer.error_text = "<Error><Message>" + std::string(500, 'x');
  CHECK(answer.said() == "403 Forbidden (Never: " + std::string(200, 'x') + ")");
  answer.error_text = "<Error><Resource>secret";
  CHECK(answer.said() == "403 Forbidden (Never)");
}

TEST_CASE("http: a version goes through its text") {
  Answer answer;
  answer.headers["etag"] = "\"a b\"";
  answer.headers["last-modified"] = "Sun, 06 Nov 1994 08:49:37 GMT";
  CHECK(Version::of(answer, 7).text() == "7 \"a b\"");
  CHECK(Version::from_text("7 \"a b\"").etag == "\"a b\"");
  CHECK(Version::from_text("7 \"a b\"").size == 7);
  answer.headers["etag"] = "W/\"weak\"";
  const Version dated = Version::of(answer, std::nullopt);
  CHECK(dated.text() == "? of Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(Version::from_text(dated.text()).last_modified == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK_FALSE(Version::from_text(dated.text()).size);
  CHECK(Version::of({}, 7).text().empty());
  CHECK_FALSE(Version::from_text("").is_known());
}

TEST_CASE("http: promised digests are read from all headers that have them") {
  Answer answer;
  // Of the empty content.
  const std::string md5 = "d41d8cd98f00b204e9800998ecf8427e";
  const std::string sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  answer.headers["content-md5"] = "1B2M2Y8AsgTpgAmY7PhCfg==";
  CHECK(digests_of(answer) == std::map<std::string, std::string>{{"md5", md5}});
  answer.headers.clear();
  answer.headers["digest"] =
      "MD5=1B2M2Y8AsgTpgAmY7PhCfg==, SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
  CHECK(digests_of(answer) == std::map<std::string, std::string>{{"md5", md5}, {"sha256", sha256}});
  answer.headers.clear();
  answer.headers["repr-digest"] = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
  CHECK(digests_of(answer).at("sha256") == sha256);
  answer.headers["repr-digest"] = "sha-256=:short:, md5=:!!!:";
  CHECK(digests_of(answer).empty());
}

TEST_CASE("http: a time to wait is given in seconds or as a date") {
  Answer answer;
  CHECK(answer.retry_after().count() == 0);
  answer.headers["retry-after"] = "120";
  CHECK(answer.retry_after() == std::chrono::seconds(120));
  const std::time_t when = std::time(nullptr) + 100;
  char text[64];
  std::tm broken_down{};
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", ::gmtime_r(&when, &broken_down));
  answer.headers["retry-after"] = text;
  CHECK(answer.retry_after() > std::chrono::seconds(95));
  CHECK(answer.retry_after() <= std::chrono::seconds(100));
  answer.headers["retry-after"] = "Sun, 06 Nov 1994 08:49:37 GMT";
  CHECK(answer.retry_after().count() == 0);
  answer.headers["retry-after"] = "99999999999";
  CHECK(answer.retry_after() == std::chrono::hours(7 * 24));
}

TEST_CASE("http: what stands in a query is shown to nobody") {
  CHECK(shown("https://sea/x?sig=secret#y") == "https://sea/x");
  CHECK(shown("https://sea/x#y") == "https://sea/x");
  CHECK(shown("https://sea/x") == "https://sea/x");
}

}  // namespace
}  // namespace http_fetcher
