// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"

namespace sharkreg::core {

// What is fetched now, in words. Threads: any.
class FetchProgress {
 public:
  // Between two looks at lines().
  static constexpr std::chrono::seconds interval{3};

  explicit FetchProgress(const Clock& clock) : clock_(clock) {}

  // So many bytes of so many are there; a total of 0 is not known.
  void came(const std::string& location, std::uint64_t done, std::uint64_t total);

  // A line for each download of which something came since the last call: size, rate (since the last
  // call), time left; and one for all of them if they are several. URLs without their secrets.
  std::vector<std::string> lines();

 private:
  struct Transfer {
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    std::uint64_t told = 0;  // of done, at the last call of lines()
  };

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Transfer> transfers_;
  std::chrono::steady_clock::time_point last_ = clock_.steady();
};

// "1.5 GB": with powers of 1000, as disks are sold.
std::string bytes_text(std::uint64_t bytes);

}  // namespace sharkreg::core
