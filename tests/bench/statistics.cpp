// SPDX-License-Identifier: Apache-2.0
#include "statistics.h"

#include <algorithm>
#include <functional>
#include <stdexcept>

#include <fmt/format.h>

namespace sharkreg::bench {
namespace {

double milliseconds(std::chrono::microseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

std::chrono::microseconds median(Sample sample) {
  if (sample.empty()) throw std::logic_error("the median of nothing");
  std::ranges::sort(sample);
  const std::size_t half = sample.size() / 2;
  return sample.size() % 2 == 1 ? sample[half] : (sample[half - 1] + sample[half]) / 2;
}

std::string in_milliseconds(const Sample& sample) {
  const auto [least, greatest] = std::ranges::minmax(sample);
  return fmt::format("{:.1f} ({:.1f} … {:.1f})", milliseconds(median(sample)), milliseconds(least),
                     milliseconds(greatest));
}

Sample differences(const Sample& a, const Sample& b) {
  if (a.size() != b.size()) throw std::logic_error("samples of different length have no pairs");
  Sample result(a.size());
  std::ranges::transform(a, b, result.begin(), std::minus<>());
  return result;
}

}  // namespace sharkreg::bench
