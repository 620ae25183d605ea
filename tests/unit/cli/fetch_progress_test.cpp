// SPDX-License-Identifier: Apache-2.0
#include "cli/fetch_progress.h"

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

class FakeClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point time{};
  std::chrono::system_clock::time_point now() const override { return {}; }
  std::chrono::steady_clock::time_point steady() const override { return time; }
};

using Lines = std::vector<std::string>;

TEST_CASE("bytes are told in the unit that fits") {
  CHECK(bytes_text(0) == "0 B");
  CHECK(bytes_text(999) == "999 B");
  CHECK(bytes_text(1500) == "1.5 kB");
  CHECK(bytes_text(999'960) == "1.0 MB");
  CHECK(bytes_text(5'000'000'000) == "5.0 GB");
  CHECK(bytes_text(7'200'000'000'000'000) == "7200.0 TB");
}

TEST_CASE("what is fetched is told with size, rate and time left") {
  FakeClock clock;
  FetchProgress progress(clock);
  CHECK(progress.lines().empty());
  progress.came("https://sea/a", 0, 1'000'000'000);
  progress.came("https://sea/a", 300'000'000, 1'000'000'000);
  clock.time += std::chrono::seconds(3);
  CHECK(progress.lines() ==
        Lines{"fetching https://sea/a: 300.0 MB of 1.0 GB (30 %), 100.0 MB/s, 7 s left"});
  // Nothing came: nothing is told of it.
  clock.time += std::chrono::seconds(3);
  CHECK(progress.lines().empty());
  progress.came("https://sea/a", 600'000'000, 1'000'000'000);
  progress.came("https://sea/b", 0, 0);
  progress.came("https://sea/b", 30'000'000, 0);
  clock.time += std::chrono::seconds(3);
  CHECK(progress.lines() ==
        Lines{"fetching https://sea/a: 600.0 MB of 1.0 GB (60 %), 100.0 MB/s, 4 s left",
              "fetching https://sea/b: 30.0 MB, 10.0 MB/s",
              "fetching all 2: 630.0 MB, 110.0 MB/s"});
}

TEST_CASE("what an earlier try left does not count for the rate, and secrets are not told") {
  FakeClock clock;
  FetchProgress progress(clock);
  progress.came("https://sea/a?sig=swordfish", 900, 2000);
  progress.came("https://sea/a?sig=swordfish", 1000, 2000);
  clock.time += std::chrono::seconds(1);
  const Lines lines = progress.lines();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("100 B/s") != std::string::npos);
  CHECK(lines[0].find("swordfish") == std::string::npos);
}

}  // namespace
}  // namespace sharkreg::core
