// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"

namespace sharkreg::core {

// What is fetched now, in words. Threads: any.
class FetchProgress {
 public:
  // Between two looks at lines() where they do not replace each other; over so long rates are taken.
  static constexpr std::chrono::seconds interval{3};

  explicit FetchProgress(const Clock& clock) : clock_(clock) {}

  // So many bytes of so many are there; a total of 0 is not known.
  void came(const std::string& location, std::uint64_t done, std::uint64_t total);
  // It is not fetched any more.
  void ended(const std::string& location);

  enum class Which {
    all,
    moving,  // large ones of which something came since the last call
  };

  // A line for each of these downloads: size, rate, time left; and one for all there are, if they
  // are several.
  // URLs without their secrets, and without what is in the way of a line of so many columns.
  std::vector<std::string> lines(Which which, std::size_t columns = 200);

 private:
  struct Sample {
    std::chrono::steady_clock::time_point time;
    std::uint64_t done = 0;
  };
  struct Transfer {
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    std::deque<Sample> samples;  // one for each call of lines(), back to an interval ago
  };

  static std::uint64_t take_rate(Transfer& transfer, std::chrono::steady_clock::time_point now);

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Transfer> transfers_;
};

// "1.5 GB": with powers of 1000, as disks are sold.
std::string bytes_text(std::uint64_t bytes);

// "45 s", "12 min", "3 h 20 min".
std::string duration_text(std::uint64_t seconds);

}  // namespace sharkreg::core
