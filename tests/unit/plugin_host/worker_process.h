// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "plugin_host/host_services.h"

namespace sharkreg::core {

// How a run of sharkreg-worker went.
struct WorkerRun {
  int exit_status = -1;  // -1: a signal ended it
  int signal = 0;
  bool timed_out = false;
  std::string standard_output;
  std::string standard_error;
};

// Runs the real sharkreg-worker; kills it when the limit is over.
WorkerRun run_worker(const std::vector<std::string>& arguments,
                     std::chrono::milliseconds limit = std::chrono::seconds(60));

// Describes libraries by the real worker, and counts how often.
class WorkerInspector final : public PluginInspector {
 public:
  explicit WorkerInspector(std::chrono::milliseconds limit = std::chrono::seconds(60))
      : limit_(limit) {}

  Result<Inspection> inspect(const std::filesystem::path& library) override;

  int calls = 0;

 private:
  std::chrono::milliseconds limit_;
};

}  // namespace sharkreg::core
