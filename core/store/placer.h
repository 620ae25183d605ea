// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
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

// Places downloads, those of several threads together: one flush to the disk and one transaction for
// all that came while those before them were placed, since either takes longer than fetching what is
// small. Each is on the disk before the index tells of it, and is told of before it gets its name:
// who is killed in between leaves a part that is known to be this blob, and whoever wants it next
// finishes that (ArtifactStore::trusted_file); so the new name itself need not be flushed.
//
// Threads: any. Always with one index.
class Placer {
 public:
  using Done = std::function<void(const Result<void>&)>;

  // Sees to it that `done` is called once it is placed: by this thread, which then places what comes
  // meanwhile as well, or by one that is in here already; then this one need not wait, unless as
  // much as one chunk waits, which is what a kill may cost.
  void place(StoreIndex& index, Placement placement, Done done);

 private:
  struct Waiting {
    Placement placement;
    Done done;
  };

  static void place_all(StoreIndex& index, const std::vector<Waiting>& batch);
  static std::vector<Result<void>> results_of(StoreIndex& index, const std::vector<Waiting>& batch);

  std::mutex mutex_;  // guards all below
  std::condition_variable placed_;
  std::vector<Waiting> waiting_;
  std::int64_t bytes_ = 0;   // of those that wait or are being placed
  bool is_placing_ = false;  // one thread, for all
};

}  // namespace sharkreg::core
