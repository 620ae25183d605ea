// SPDX-License-Identifier: Apache-2.0
#include "pairs.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <fmt/format.h>

namespace sharkreg::bench {
namespace {

using core::Result;

void print_row(const char* what, const Sample& with, const Sample& without) {
  fmt::print(
      "  {:<6}{:<32}{:<32}{:<32}{:.3f}\n", what, in_milliseconds(with), in_milliseconds(without),
      in_milliseconds(differences(with, without)),
      std::chrono::duration<double>(median(with)) / std::chrono::duration<double>(median(without)));
}

}  // namespace

void Pairs::add(const Times& with, const Times& without) {
  wall_with.push_back(with.wall);
  wall_without.push_back(without.wall);
  cpu_with.push_back(with.cpu);
  cpu_without.push_back(without.cpu);
  most_memory_with = std::max(most_memory_with, with.most_memory);
}

Result<Pairs> measure(std::size_t count, const Measure& with, const Measure& without) {
  Pairs pairs;
  for (std::size_t pair = 0; pair < count; ++pair) {
    const Result<Times> a = with();
    if (!a) return a.error();
    const Result<Times> b = without();
    if (!b) return b.error();
    pairs.add(*a, *b);
  }
  return pairs;
}

void print(const std::string& title, const char* other, const Pairs& pairs) {
  fmt::print("\n{} (pairs: {})\n  {:<6}{:<32}{:<32}{:<32}{}\n", title, pairs.wall_with.size(), "",
             "sharkreg", other, "difference", "ratio");
  print_row("wall", pairs.wall_with, pairs.wall_without);
  print_row("CPU", pairs.cpu_with, pairs.cpu_without);
  std::fflush(stdout);
}

}  // namespace sharkreg::bench
