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
// all that came while those before them were placed, and for what comes soon after, since either
// takes longer than fetching what is small. Each is on the disk before the index tells of it, and is
// told of before it gets its name: who is killed in between leaves a part that is known to be this
// blob, and whoever wants it next finishes that (ArtifactStore::trusted_file); so the new name itself
// need not be flushed.
//
// Threads: any. Always with one index.
class Placer {
 public:
  using Done = std::function<void(const Result<void>&)>;

  // A download that may be placed soon, for as long as this lives.
  class Coming {
   public:
    explicit Coming(Placer& placer) : placer_(placer) { placer_.count_coming(1); }
    Coming(const Coming&) = delete;
    Coming& operator=(const Coming&) = delete;
    ~Coming() { placer_.count_coming(-1); }

   private:
    Placer& placer_;
  };

  // To be called when its Coming has ended. Sees to it that `done` is called once it is placed: by
  // this thread, which then places what comes meanwhile as well, or by one that is in here already;
  // then this one need not wait, unless as much as one chunk waits, which is what a kill may cost.
  void place(StoreIndex& index, Placement placement, Done done);

 private:
  struct Waiting {
    Placement placement;
    Done done;
  };

  void count_coming(int by);
  static void place_all(StoreIndex& index, const std::vector<Waiting>& batch);
  static std::vector<Result<void>> results_of(StoreIndex& index, const std::vector<Waiting>& batch);

  std::mutex mutex_;  // guards all below
  std::condition_variable placed_;
  std::condition_variable came_;
  std::vector<Waiting> waiting_;
  std::int64_t bytes_ = 0;  // of those that wait or are being placed
  int coming_ = 0;
  bool is_placing_ = false;  // one thread, for all
};

}  // namespace sharkreg::core
