// SPDX-License-Identifier: Apache-2.0
// When a server is left alone.
#include "store/patience.h"

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

using Use = Patience::Use;
using Failure = Patience::Failure;
using std::chrono::milliseconds;

constexpr milliseconds short_time{1};

TEST_CASE("after three failures in a row nothing is looked up, and that is said once") {
  Patience patience({});
  CHECK(patience.failed(Use::find, Failure::passing, short_time) == "");
  CHECK(patience.failed(Use::find, Failure::passing, short_time) == "");
  CHECK(patience.lasts_for(Use::find));
  CHECK(patience.failed(Use::find, Failure::passing, short_time) ==
        "; nothing is looked up there any more in this run");
  CHECK_FALSE(patience.lasts_for(Use::find));
  CHECK_FALSE(patience.lasts_for(Use::fetch));
  CHECK(patience.lasts_for(Use::upload));
  // Of other threads that were under way.
  CHECK_FALSE(patience.failed(Use::fetch, Failure::passing, short_time));
  patience.succeeded(Use::find, milliseconds(0));
  CHECK_FALSE(patience.lasts_for(Use::find));
}

TEST_CASE("a success between failures is a new beginning for what succeeded alone") {
  Patience patience({});
  for (int i = 0; i < 10; ++i) {
    CHECK(patience.failed(Use::find, Failure::passing, short_time) == "");
    patience.succeeded(Use::find, milliseconds(0));
  }
  // A server that has entries and no files.
  CHECK(patience.failed(Use::fetch, Failure::passing, short_time) == "");
  patience.succeeded(Use::find, milliseconds(0));
  CHECK(patience.failed(Use::fetch, Failure::passing, short_time) == "");
  patience.succeeded(Use::find, milliseconds(0));
  CHECK(patience.failed(Use::fetch, Failure::passing, short_time) != "");
  CHECK_FALSE(patience.lasts_for(Use::find));
}

TEST_CASE("who may not write still reads") {
  Patience patience({});
  CHECK(patience.failed(Use::upload, Failure::refused, short_time) ==
        "; nothing is uploaded there any more in this run");
  CHECK_FALSE(patience.lasts_for(Use::upload));
  CHECK(patience.lasts_for(Use::find));
  CHECK(patience.lasts_for(Use::fetch));
}

TEST_CASE("a server that cannot be reached is left alone in all") {
  Patience patience({});
  CHECK(patience.failed(Use::find, Failure::unreachable, short_time) == "");
  CHECK(patience.failed(Use::upload, Failure::unreachable, short_time) == "");
  CHECK(patience.failed(Use::find, Failure::unreachable, short_time) ==
        "; it is left alone for the rest of this run");
  CHECK_FALSE(patience.lasts_for(Use::find));
  CHECK_FALSE(patience.lasts_for(Use::upload));
}

TEST_CASE("one that is right but slow is left alone too, and that is said once") {
  Patience patience({});
  patience.succeeded(Use::find, milliseconds(14'000));
  CHECK(patience.lasts_for(Use::find));
  patience.succeeded(Use::fetch, milliseconds(1'000));
  CHECK_FALSE(patience.lasts_for(Use::find));
  CHECK_FALSE(patience.lasts_for(Use::upload));
  patience.succeeded(Use::find, milliseconds(1'000));
  CHECK(patience.takes_leave());
  CHECK_FALSE(patience.takes_leave());
}

TEST_CASE("so is one that took too long in all, however often it succeeds between") {
  Patience patience({});
  CHECK(patience.failed(Use::fetch, Failure::passing, milliseconds(8'000)) == "");
  patience.succeeded(Use::fetch, milliseconds(0));
  CHECK(patience.failed(Use::upload, Failure::passing, milliseconds(8'000)) ==
        "; it is left alone for the rest of this run");
  CHECK_FALSE(patience.lasts_for(Use::fetch));
}

}  // namespace
}  // namespace sharkreg::core
