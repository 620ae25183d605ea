// SPDX-License-Identifier: Apache-2.0
#include "cli/fetch_progress.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/secrets.h"

namespace sharkreg::core {
namespace {

// Bytes. What is smaller is there before a line of it in a log is of use.
constexpr std::uint64_t large = 8'000'000;

// The text, or its end, in so many columns at most. It is ASCII, as URLs are.
std::string end_of(const std::string& text, std::size_t columns) {
  if (text.size() <= columns) return text;
  const std::size_t left = columns > 3 ? columns - 3 : 0;
  return "..." + text.substr(text.size() - left);
}

std::string line_of(const std::string& what, std::uint64_t done, std::uint64_t total,
                    std::uint64_t bytes_a_second, std::size_t columns) {
  std::string numbers = ": " + bytes_text(done);
  if (total > 0) numbers += fmt::format(" of {} ({} %)", bytes_text(total), 100 * done / total);
  numbers += ", " + bytes_text(bytes_a_second) + "/s";
  if (total > done && bytes_a_second > 0) {
    numbers += ", " + duration_text((total - done + bytes_a_second - 1) / bytes_a_second) + " left";
  }
  constexpr std::string_view verb = "fetching ";
  const std::size_t taken = verb.size() + numbers.size();
  return std::string(verb) + end_of(what, columns > taken ? columns - taken : 0) + numbers;
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

std::string duration_text(std::uint64_t seconds) {
  if (seconds < 120) return fmt::format("{} s", seconds);
  const std::uint64_t minutes = (seconds + 59) / 60;
  if (minutes < 120) return fmt::format("{} min", minutes);
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

void FetchProgress::came(const std::string& location, std::uint64_t done, std::uint64_t total) {
  const std::scoped_lock lock(mutex_);
  Transfer& transfer = transfers_[location];
  // What an earlier try left does not count for the rate.
  if (transfer.samples.empty() || done < transfer.done) {
    transfer.samples.assign(1, {clock_.steady(), done});
  }
  transfer.done = done;
  transfer.total = total;
}

void FetchProgress::ended(const std::string& location) {
  const std::scoped_lock lock(mutex_);
  transfers_.erase(location);
}

// Bytes a second.
std::uint64_t FetchProgress::take_rate(Transfer& transfer,
                                       std::chrono::steady_clock::time_point now) {
  std::deque<Sample>& samples = transfer.samples;
  while (samples.size() > 1 && now - samples[1].time >= interval) samples.pop_front();
  const auto passed =
      std::chrono::duration_cast<std::chrono::milliseconds>(now - samples.front().time).count();
  const std::uint64_t came = transfer.done - samples.front().done;
  samples.push_back({now, transfer.done});
  return came * 1000 / static_cast<std::uint64_t>(std::max<std::int64_t>(passed, 1));
}

std::vector<std::string> FetchProgress::lines(Which which, std::size_t columns) {
  const std::scoped_lock lock(mutex_);
  const auto now = clock_.steady();
  std::vector<std::string> lines;
  Transfer all;
  std::uint64_t rate_of_all = 0;
  bool all_totals = true;
  bool any_moves = false;
  for (auto& [location, transfer] : transfers_) {
    const bool moves = transfer.done > transfer.samples.back().done;
    const std::uint64_t rate = take_rate(transfer, now);
    any_moves = any_moves || moves;
    if (which == Which::all || (moves && std::max(transfer.done, transfer.total) >= large)) {
      lines.push_back(line_of(redacted(location), transfer.done, transfer.total, rate, columns));
    }
    all.done += transfer.done;
    all.total += transfer.total;
    rate_of_all += rate;
    all_totals = all_totals && transfer.total > 0;
  }
  if (transfers_.size() > 1 && (which == Which::all || any_moves)) {
    lines.push_back(line_of(fmt::format("all {}", transfers_.size()), all.done,
                            all_totals ? all.total : 0, rate_of_all, columns));
  }
  return lines;
}

}  // namespace sharkreg::core
