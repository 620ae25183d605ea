// SPDX-License-Identifier: Apache-2.0
#include "base/secrets.h"

#include <doctest/doctest.h>

namespace sharkreg::core {

TEST_CASE("user, password and query of a URL are hidden") {
  CHECK(redacted("https://host/a.bin?sig=SECRET&x=1") == "https://host/a.bin?***");
  CHECK(redacted("https://me:SECRET@host:80/a.bin") == "https://***@host:80/a.bin");
  CHECK(redacted("https://SECRET@host") == "https://***@host");
  CHECK(redacted("s3://a@b:SECRET@host/x?t=SECRET#f") == "s3://***@host/x?***");
  CHECK(redacted("https://host?SECRET") == "https://host?***");
}

TEST_CASE("the rest of a URL is shown") {
  CHECK(redacted("https://host/a@b/c.bin#part") == "https://host/a@b/c.bin#part");
  CHECK(redacted("https://host#a@b") == "https://host#a@b");
  CHECK(redacted("file:///tmp/a.bin") == "file:///tmp/a.bin");
  CHECK(redacted("") == "");
  CHECK(redacted("://") == "://");
  CHECK(redacted("is this a URL? no: user@host") == "is this a URL? no: user@host");
}

TEST_CASE("URLs are found in a sentence, which stays around them") {
  CHECK(redacted("cannot fetch https://h/a?sig=SECRET: no; see \"http://u:SECRET@h/b\"?") ==
        "cannot fetch https://h/a?***: no; see \"http://***@h/b\"?");
  CHECK(redacted("(https://h/a?SECRET)") == "(https://h/a?***)");
  CHECK(redacted("--x='https://h/a?SECRET' y\nhttps://h/b?SECRET\n") ==
        "--x='https://h/a?***' y\nhttps://h/b?***\n");
}

TEST_CASE("a secret is hidden to its end, whatever punctuation it has") {
  CHECK(redacted("https://h/a?a=SEC,RET:SEC;RET)x.y") == "https://h/a?***");
  CHECK(redacted("https://h/a?next=https://u:SECRET@h2/?q=SECRET") == "https://h/a?***");
}

}  // namespace sharkreg::core
