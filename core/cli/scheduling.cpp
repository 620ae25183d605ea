// SPDX-License-Identifier: Apache-2.0
#include "cli/scheduling.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cli/store_settings.h"
#include "execute/machine.h"
#include "execute/shared_lock.h"

namespace sharkreg::core {
namespace {

Error wrong_value(const Settings& settings, const std::string& name, const std::string& expected) {
  return {ErrorKind::usage,
          fmt::format("{} is \"{}\"; expected {}", settings.all.at(name).place, settings.text(name),
                      expected),
          {}};
}

// From 1 to `most`; `otherwise` if the option was not given.
Result<std::size_t> count_option(const Settings& settings, const std::string& name,
                                 std::size_t most, std::size_t otherwise) {
  if (settings.text(name).empty()) return otherwise;
  const double count = settings.number(name);
  if (!(count >= 1) || count > static_cast<double>(most) || count != std::floor(count)) {
    return wrong_value(settings, name, fmt::format("a whole number from 1 to {}", most));
  }
  return static_cast<std::size_t>(count);
}

}  // namespace

Result<ExecutorOptions> scheduling_options(const Settings& settings) {
  constexpr std::size_t most = 1024;
  ExecutorOptions options;
  const auto jobs = count_option(settings, "jobs", most, usable_processors());
  if (!jobs) return jobs.error();
  const auto fetching = fetch_jobs(settings);
  if (!fetching) return fetching.error();
  const auto sharing = count_option(settings, "device-jobs", most, 1);
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
