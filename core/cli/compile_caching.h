// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/context.h"
#include "execute/compile_cache.h"
#include "plan/backend_choice.h"
#include "store/file_digests.h"

namespace sharkreg::core {

// The compile cache as the options of a run want it.
class CompileCaching {
 public:
  // Errors (usage) are of options. A cache that cannot be opened is none, with a note of finish().
  // `context` must outlive it; `run` is the id of the run.
  static Result<std::unique_ptr<CompileCaching>> create(const Context& context,
                                                        const std::vector<ChosenBackend>& backends,
                                                        const std::string& run);

  ActionCache* cache() { return cache_.get(); }  // null: there is none

  // Nothing more is brought from or sent to other machines.
  void interrupt() { stop_.request_stop(); }

  // After the last action: see CompileCache.
  std::vector<std::string> finish();

 private:
  CompileCaching() = default;
  Result<void> open_remote(const Settings& settings, CompileCacheOptions& options);

  std::stop_source stop_;
  std::vector<std::string> notes_;
  std::unique_ptr<FileDigests> digests_;
  std::unique_ptr<CachedResults> results_;
  std::unique_ptr<RemoteCache> remote_;
  std::unique_ptr<CompileCache> cache_;
};

}  // namespace sharkreg::core
