// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

std::string text_of(std::int64_t milliseconds_since_epoch) {
  return to_iso_text(system_clock::time_point(milliseconds(milliseconds_since_epoch)));
}

TEST_CASE("a time is written in UTC with milliseconds") {
  CHECK(text_of(0) == "1970-01-01T00:00:00.000Z");
  CHECK(text_of(1'770'091'506'789) == "2026-02-03T04:05:06.789Z");
}

TEST_CASE("a time before 1970 counts its milliseconds forwards") {
  CHECK(text_of(-1) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("the system's clocks go forwards") {
  const SystemClock clock;
  const auto before = clock.steady();
  CHECK(clock.steady() >= before);
  CHECK(to_iso_text(clock.now()) > "2025");
}

}  // namespace
}  // namespace sharkreg::core
