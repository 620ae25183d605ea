// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <vector>

#include "base/error.h"
#include "store/index.h"

namespace sharkreg::core {

// A download that is complete and gets its name in the store.
struct Placement {
  std::filesystem::path part;  // where it lies now
  std::filesystem::path blob;  // where it shall lie
  NewBlob record;
};

// Places downloads, those of several threads at once together: one flush to the disk and one
// transaction for all that are ready at that time, since either takes longer than fetching what is
// small. Each is on the disk before the index tells of it, and is told of before it gets its name:
// who is killed in between leaves a part that is known to be this blob, and whoever wants it next
// finishes that (ArtifactStore::trusted_file); so the new name itself need not be flushed.
//
// Threads: any.
class Placer {
 public:
  // Returns when it is placed.
  Result<void> place(StoreIndex& index, Placement placement);

 private:
  struct Waiting {
    Placement placement;
    std::optional<Result<void>> result;
  };

  static void place_all(StoreIndex& index, const std::vector<Waiting*>& batch);

  std::mutex mutex_;  // guards all below
  std::condition_variable placed_;
  std::deque<Waiting*> waiting_;
  bool is_placing_ = false;  // one thread, for all that wait
};

}  // namespace sharkreg::core
