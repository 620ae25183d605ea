// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "store/remote_cache.h"

namespace sharkreg::core {

// How often a server may fail before it is left alone, so that one that is dead, slow or wrong costs
// a few seconds of a run. What is counted: RemoteCacheLimits.
//
// Threads: any.
class Patience {
 public:
  enum class Use { find, fetch, upload };
  enum class Failure {
    passing,
    unreachable,  // whatever is asked for will fail likewise
    refused,      // and will be the next time
  };

  explicit Patience(const RemoteCacheLimits& limits) : limits_(limits) {}

  // Whether it may be asked. There is no use in finding what cannot be fetched.
  bool lasts_for(Use use) const;

  // `late`: by how much it took longer than it should.
  void succeeded(Use use, std::chrono::milliseconds late);

  // What is to be added to the message of a failure: nothing, or that this was the last one. Absent:
  // that was said before, so this one is of no interest.
  std::optional<std::string> failed(Use use, Failure failure, std::chrono::milliseconds took);

  // True once, when a server that did not fail was too slow.
  bool takes_leave();

 private:
  RemoteCacheLimits limits_;
  mutable std::mutex mutex_;       // guards what follows
  std::array<int, 3> failures_{};  // in a row, for each use
  std::chrono::milliseconds lost_{0};
  bool reads_ = true;
  bool writes_ = true;
  bool has_to_take_leave_ = false;
};

}  // namespace sharkreg::core
