// SPDX-License-Identifier: Apache-2.0
#include "protocol.h"

#include <doctest/doctest.h>

#include <sharkreg/failure.h>

namespace exec_fetcher {
namespace {

using sharkreg::ArtifactInformation;
using sharkreg::ArtifactPart;
using sharkreg::Failure;

std::string refusal(std::string_view text) {
  try {
    parse_information("prog", text);
  } catch (const Failure& failure) {
    CHECK(failure.kind() == Failure::Kind::invalid);
    return failure.what();
  }
  return "none";
}

TEST_CASE("exec protocol: a request is lines, and an empty one ends it") {
  CHECK(stat_request("foo://a/b?c") == "url foo://a/b?c\n\n");
  CHECK(read_request("foo://a", {}) == "url foo://a\noffset 0\n\n");
  CHECK(read_request("foo://a", {5, 7, "v 1"}) ==
        "url foo://a\noffset 5\nlength 7\nvalidator v 1\n\n");
}

TEST_CASE("exec protocol: what is said of an artifact") {
  const std::string digest(64, 'a');
  const ArtifactInformation all =
      parse_information("prog", "size 26\nvalidator v 1\nsha256 " + std::string(64, 'A') +
                                    "\r\nmd5 " + std::string(32, '0') + "\n\nranges yes\n");
  CHECK(all.size == 26);
  CHECK(all.validator == "v 1");
  CHECK(all.digests.at("sha256") == digest);
  CHECK(all.digests.at("md5") == std::string(32, '0'));
  CHECK(all.ranges);
  const ArtifactInformation nothing = parse_information("prog", "");
  CHECK_FALSE(nothing.size);
  CHECK(nothing.validator.empty());
  CHECK_FALSE(nothing.ranges);
  CHECK_FALSE(parse_information("prog", "ranges no").ranges);
  for (const char* wrong : {"size", "size ", "size x", "size -1", "size 1 ",
                            "size 99999999999999999999", "Size 1", "sizes 1", "validator ",
                            "validator a\tb", "sha256 abc", "md5 zz", "ranges maybe", "hello"}) {
    CAPTURE(wrong);
    CHECK(refusal(std::string("size 1\n") + wrong + "\nranges yes\n").find("prog says \"") == 0);
  }
}

TEST_CASE("exec protocol: the scheme names the program, and a URL is one line") {
  CHECK(scheme_of("foo://a") == "foo");
  CHECK(scheme_of("Foo+Bar-1.0://") == "foo+bar-1.0");
  for (const char* wrong : {"", "foo", "foo:a", "://a", "1foo://a", "fo/o://a", "../x://a",
                            "foo://a\noffset 3", "foo://a\rb", "foo://a\tb", "foo://a\x7f"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(scheme_of(wrong), Failure);
  }
  CHECK(shown("foo://me:pw@host/a@b?sig=x#y") == "foo://host/a@b");
  CHECK(shown("foo://host/a") == "foo://host/a");
}

TEST_CASE("exec protocol: of what is written on standard error the last line is the reason") {
  Remarks remarks("foo://me:pw@sea/x?sig=a b");
  remarks.take("begin\nretry-after 7\nhi");
  remarks.take("nt ask the harbour\n\n  \nno \xc3\xbc fish\r\n\n");
  remarks.end();
  CHECK(remarks.reason() == "no ?? fish");
  CHECK(remarks.hint() == "ask the harbour");
  CHECK(remarks.retry_after() == std::chrono::seconds(7));
  remarks.take("retry-after soon\nhints are none");  // a line that ends with the program
  remarks.end();
  CHECK(remarks.reason() == "hints are none");
  CHECK(remarks.retry_after() == std::chrono::seconds(7));
  remarks.take("retry-after 4000000000\n");
  CHECK(remarks.retry_after() == std::chrono::hours(7 * 24));
  for (int line = 0; line < 100; ++line) remarks.take(std::string(5000, 'x'));
  remarks.end();
  CHECK(remarks.reason() == std::string(400, 'x'));
}

TEST_CASE("exec protocol: a URL that is repeated there loses its secrets") {
  const std::string url = "foo://me:pw@sea/x?sig=it is SECRET";
  Remarks remarks(url);
  remarks.take("cannot get '" + url + "', nor " + url +
               "\nhint see bar://u:SECRET@c/d?SECRET now\n");
  CHECK(remarks.reason() == "cannot get 'foo://sea/x', nor foo://sea/x");
  CHECK(remarks.hint() == "see bar://c/d now");
}

}  // namespace
}  // namespace exec_fetcher
