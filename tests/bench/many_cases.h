// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sharkreg::bench {

// What a run of many cases came to.
struct ManyCases {
  std::size_t cases = 0;
  std::chrono::microseconds cpu{0};  // of the process, all threads
  std::chrono::microseconds wall{0};
  std::chrono::microseconds first_result{0};  // from the start until one was shown
  std::size_t passed = 0;                     // steps
  std::uint64_t peak_rss_bytes = 0;           // of the process so far
};

// Plans synthetic cases (an artifact, a compile, a run) with a backend in memory, runs them with
// actions that succeed at once, has them judged, and shows each verdict as a terminal without colours
// would. No process is started.
// With its `records` each step has a record as that of the real program, which goes to a results.jsonl
// in a temporary directory, and into the summary at the end.
ManyCases run_many_cases(std::size_t cases, bool records);

}  // namespace sharkreg::bench
