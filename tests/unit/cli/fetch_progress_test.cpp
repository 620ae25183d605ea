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
using Which = FetchProgress::Which;

TEST_CASE("bytes are told in the unit that fits") {
  CHECK(bytes_text(0) == "0 B");
  CHECK(bytes_text(999) == "999 B");
  CHECK(bytes_text(1500) == "1.5 kB");
  CHECK(bytes_text(999'960) == "1.0 MB");
  CHECK(bytes_text(5'000'000'000) == "5.0 GB");
  CHECK(bytes_text(7'200'000'000'000'000) == "7200.0 TB");
}

TEST_CASE("times are told as long as they are") {
  CHECK(duration_text(0) == "0 s");
  CHECK(duration_text(119) == "119 s");
  CHECK(duration_text(120) == "2 min");
  CHECK(duration_text(3601) == "61 min");
  CHECK(duration_text(7200) == "2 h 0 min");
  CHECK(duration_text(100'000) == "27 h 47 min");
}

TEST_CASE("what is fetched is told with size, rate and time left") {
  FakeClock clock;
  FetchProgress progress(clock);
  CHECK(progress.lines(Which::moving).empty());
  progress.came("https://sea/a", 0, 1'000'000'000);
  progress.came("https://sea/a", 300'000'000, 1'000'000'000);
  clock.time += std::chrono::seconds(3);
  CHECK(progress.lines(Which::moving) ==
        Lines{"fetching https://sea/a: 300.0 MB of 1.0 GB (30 %), 100.0 MB/s, 7 s left"});
  // Nothing came: in a log nothing is told of it, on a terminal it stays.
  clock.time += std::chrono::seconds(3);
  CHECK(progress.lines(Which::moving).empty());
  clock.time += std::chrono::seconds(3);
  CHECK(progress.lines(Which::all) ==
        Lines{"fetching https://sea/a: 300.0 MB of 1.0 GB (30 %), 0 B/s"});
  progress.came("https://sea/a", 600'000'000, 1'000'000'000);
  progress.came("https://sea/b", 0, 0);
  progress.came("https://sea/b", 30'000'000, 0);
  clock.time += std::chrono::seconds(3);
  CHECK(progress.lines(Which::moving) ==
        Lines{"fetching https://sea/a: 600.0 MB of 1.0 GB (60 %), 100.0 MB/s, 4 s left",
              "fetching https://sea/b: 30.0 MB, 10.0 MB/s",
              "fetching all 2: 630.0 MB, 110.0 MB/s"});
  progress.ended("https://sea/a");
  CHECK(progress.lines(Which::all) == Lines{"fetching https://sea/b: 30.0 MB, 10.0 MB/s"});
}

TEST_CASE("in a log many small downloads are one line") {
  FakeClock clock;
  FetchProgress progress(clock);
  for (const char* url : {"https://sea/a", "https://sea/b", "https://sea/c"}) {
    progress.came(url, 0, 20'000);
    progress.came(url, 15'000, 20'000);
  }
  progress.came("https://sea/large", 0, 9'000'000);
  progress.came("https://sea/large", 3'000'000, 9'000'000);
  clock.time += std::chrono::seconds(3);
  CHECK(progress.lines(Which::moving) ==
        Lines{"fetching https://sea/large: 3.0 MB of 9.0 MB (33 %), 1.0 MB/s, 6 s left",
              "fetching all 4: 3.0 MB of 9.1 MB (33 %), 1.0 MB/s, 6 s left"});
  clock.time += std::chrono::seconds(3);
  CHECK(progress.lines(Which::moving).empty());
  CHECK(progress.lines(Which::all).size() == 5);
}

TEST_CASE("a rate is of the last seconds, however often it is looked at") {
  FakeClock clock;
  FetchProgress progress(clock);
  progress.came("https://sea/a", 0, 0);
  for (std::uint64_t time = 1; time <= 40; ++time) {
    clock.time += std::chrono::milliseconds(250);
    // In bursts, as servers send.
    progress.came("https://sea/a", time / 4 * 4000, 0);
    const Lines lines = progress.lines(Which::all);
    if (time % 4 == 0) CHECK(lines[0].find(", 4.0 kB/s") != std::string::npos);
  }
}

TEST_CASE("a line has as many columns as it may, and what is cut is the beginning of the URL") {
  FakeClock clock;
  FetchProgress progress(clock);
  const std::string url = "https://sea/" + std::string(100, 'x') + "/weights.irpa";
  progress.came(url, 0, 1000);
  clock.time += std::chrono::seconds(3);
  progress.came(url, 300, 1000);
  const std::string line = progress.lines(Which::all, 80).front();
  CHECK(line.size() == 80);
  CHECK(line.starts_with("fetching ...xxx"));
  CHECK(line.ends_with("x/weights.irpa: 300 B of 1.0 kB (30 %), 100 B/s, 7 s left"));
  CHECK(progress.lines(Which::all, 5).front().size() < 60);  // the numbers stay
}

TEST_CASE("what an earlier try left does not count for the rate, and secrets are not told") {
  FakeClock clock;
  FetchProgress progress(clock);
  progress.came("https://sea/a?sig=swordfish", 900, 2000);
  progress.came("https://sea/a?sig=swordfish", 1000, 2000);
  clock.time += std::chrono::seconds(1);
  const Lines lines = progress.lines(Which::all);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("100 B/s") != std::string::npos);
  CHECK(lines[0].find("swordfish") == std::string::npos);
}

}  // namespace
}  // namespace sharkreg::core
