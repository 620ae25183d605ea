// SPDX-License-Identifier: Apache-2.0
#include "cli/scheduling.h"

#include <algorithm>

#include "cli/option_values.h"
#include "cli/store_settings.h"
#include "execute/machine.h"
#include "execute/shared_lock.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t most_jobs = 1024;

// `otherwise` if the option was not given.
Result<std::size_t> jobs_option(const Settings& settings, const std::string& name,
                                std::size_t otherwise) {
  if (settings.text(name).empty()) return otherwise;
  return count_option(settings, name, 1, most_jobs);
}

}  // namespace

Result<ExecutorOptions> scheduling_options(const Settings& settings) {
  ExecutorOptions options;
  const auto jobs = jobs_option(settings, "jobs", usable_processors());
  if (!jobs) return jobs.error();
  const auto fetching = fetch_jobs(settings);
  if (!fetching) return fetching.error();
  const auto sharing = jobs_option(settings, "device-jobs", 1);
  if (!sharing) return sharing.error();
  options.scheduling.jobs = *jobs;
  options.fetch_jobs = *fetching;
  options.judge_jobs = *jobs;
  options.scheduling.device_jobs = *sharing;
  options.scheduling.memory_bytes = usable_memory();
  options.scheduling.exclusive_timing = settings.is_true("exclusive-timing");
  options.scheduling.lock_directory = default_lock_directory();
  if (!settings.text("load-limit").empty()) {
    const double limit = settings.number("load-limit");
    if (!(limit > 0)) return wrong_value(settings, "load-limit", "a load average above 0");
    options.scheduling.load_limit = limit;
  }
  return options;
}

std::size_t blocking_threads(const ExecutorOptions& options) {
  constexpr std::size_t most = 512;
  // What an action is staged and placed in goes fast; a few threads do for many actions.
  return std::min(options.fetch_jobs + options.judge_jobs + options.scheduling.jobs, most) + 1;
}

}  // namespace sharkreg::core
