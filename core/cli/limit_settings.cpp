// SPDX-License-Identifier: Apache-2.0
#include "cli/limit_settings.h"

#include <cmath>

#include <fmt/format.h>

#include "cli/option_values.h"

namespace sharkreg::core {
namespace {

// A size of at least so many bytes: less would let nothing run, and be a misspelt unit.
Result<std::optional<std::uint64_t>> size_limit(const Settings& settings, const std::string& name,
                                                std::uint64_t least) {
  auto bytes = bytes_option(settings, name);
  if (bytes && *bytes && **bytes < least) {
    return wrong_value(settings, name, fmt::format("a size of at least {} bytes", least));
  }
  return bytes;
}

// Rounded up: 0 is no limit at all.
Result<std::chrono::milliseconds> time_limit(const Settings& settings, const std::string& name) {
  const double seconds = settings.number(name);
  if (!(seconds >= 0) || seconds > 1e8) {
    return wrong_value(settings, name, "a number of seconds, at most 1e8; 0: none");
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1000.0)));
}

}  // namespace

Result<ActionLimits> limit_settings(const Settings& settings) {
  constexpr std::uint64_t least_memory = 1 << 20;
  constexpr std::uint64_t least_output = 1 << 16;
  ActionLimits limits;
  const auto memory = size_limit(settings, "memory-limit", least_memory);
  if (!memory) return memory.error();
  limits.memory_bytes = *memory;
  const auto file = size_limit(settings, "file-limit", 1);
  if (!file) return file.error();
  limits.file_bytes = *file;
  if (settings.text("output-limit") != "0") {
    const auto output = size_limit(settings, "output-limit", least_output);
    if (!output) return output.error();
    limits.output_bytes = *output;
  }
  const auto cpu = time_limit(settings, "cpu-limit");
  if (!cpu) return cpu.error();
  limits.cpu_time = *cpu;
  const auto stall = time_limit(settings, "stall-timeout");
  if (!stall) return stall.error();
  limits.stall_after = *stall;
  return limits;
}

}  // namespace sharkreg::core
