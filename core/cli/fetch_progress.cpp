// SPDX-License-Identifier: Apache-2.0
#include "cli/fetch_progress.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/secrets.h"

namespace sharkreg::core {
namespace {

std::string line_of(const std::string& what, std::uint64_t done, std::uint64_t total,
                    std::uint64_t bytes_a_second) {
  std::string line = "fetching " + what + ": " + bytes_text(done);
  if (total > 0) line += fmt::format(" of {} ({} %)", bytes_text(total), 100 * done / total);
  line += ", " + bytes_text(bytes_a_second) + "/s";
  if (total > done && bytes_a_second > 0) {
    line += fmt::format(", {} s left", (total - done + bytes_a_second - 1) / bytes_a_second);
  }
  return line;
}

}  // namespace

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> units{"B", "kB", "MB", "GB", "TB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (amount >= 999.95 && unit + 1 < units.size()) {
    amount /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", amount, units[unit]);
}

void FetchProgress::came(const std::string& location, std::uint64_t done, std::uint64_t total) {
  const std::scoped_lock lock(mutex_);
  const auto [transfer, is_new] = transfers_.try_emplace(location);
  // What an earlier try left does not count for the rate.
  if (is_new || done < transfer->second.done) transfer->second.told = done;
  transfer->second.done = done;
  transfer->second.total = total;
}

std::vector<std::string> FetchProgress::lines() {
  const std::scoped_lock lock(mutex_);
  const auto now = clock_.steady();
  const auto passed = std::max<std::int64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now - last_).count(), 1);
  last_ = now;
  const auto rate = [&](std::uint64_t bytes) {
    return bytes * 1000 / static_cast<std::uint64_t>(passed);
  };
  std::vector<std::string> lines;
  Transfer all;
  bool all_totals = true;
  for (auto& [location, transfer] : transfers_) {
    const std::uint64_t came = transfer.done - transfer.told;
    transfer.told = transfer.done;
    if (came == 0) continue;
    lines.push_back(line_of(redacted(location), transfer.done, transfer.total, rate(came)));
    all.done += transfer.done;
    all.total += transfer.total;
    all.told += came;
    all_totals = all_totals && transfer.total > 0;
  }
  if (lines.size() > 1) {
    lines.push_back(line_of(fmt::format("all {}", lines.size()), all.done,
                            all_totals ? all.total : 0, rate(all.told)));
  }
  return lines;
}

}  // namespace sharkreg::core
