// SPDX-License-Identifier: Apache-2.0
#include "history/shard.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/digest.h"
#include "report/baseline.h"
#include "report/results_file.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t most_shards = 10'000;

// 0: it is no number.
std::size_t number_of(std::string_view text) {
  std::size_t number = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), number);
  return trouble == std::errc() && end == text.data() + text.size() ? number : 0;
}

struct WeightedCase {
  std::string name;
  std::int64_t weight = 1;
};

std::vector<WeightedCase> weighted(std::vector<std::string> cases,
                                   const std::map<std::string, std::int64_t>& times) {
  std::vector<std::int64_t> known;
  for (const std::string& name : cases) {
    if (const auto time = times.find(name); time != times.end()) known.push_back(time->second);
  }
  std::ranges::sort(known);
  const std::int64_t usual = known.empty() ? 1 : known[known.size() / 2];
  std::vector<WeightedCase> result;
  for (std::string& name : cases) {
    const auto time = times.find(name);
    const std::int64_t weight = time == times.end() ? usual : time->second;
    result.push_back({std::move(name), std::max<std::int64_t>(weight, 1)});
  }
  return result;
}

}  // namespace

Result<ShardChoice> shard_choice(std::string_view text, const std::string& place) {
  const std::size_t slash = text.find('/');
  const std::size_t index = number_of(text.substr(0, slash));
  const std::size_t count = slash == std::string_view::npos ? 0 : number_of(text.substr(slash + 1));
  if (index < 1 || index > count || count > most_shards) {
    return Error{ErrorKind::usage,
                 fmt::format("{} is \"{}\"; expected I/N, the Ith of N parts", place, text),
                 fmt::format("such as 2/5; there are at most {} parts", most_shards)};
  }
  return ShardChoice{index, count};
}

Partition balanced_partition(std::vector<std::string> cases,
                             const std::map<std::string, std::int64_t>& times, std::size_t count) {
  std::vector<WeightedCase> left = weighted(std::move(cases), times);
  std::ranges::sort(left, [](const WeightedCase& one, const WeightedCase& other) {
    return one.weight != other.weight ? one.weight > other.weight : one.name < other.name;
  });
  // The part with least on top; of equal ones the first.
  using Part = std::pair<std::int64_t, std::size_t>;
  std::vector<Part> parts;
  for (std::size_t index = 0; index < count; ++index) parts.emplace_back(0, index);
  Partition partition(count);
  for (WeightedCase& next : left) {
    std::ranges::pop_heap(parts, std::greater());
    parts.back().first += next.weight;
    partition[parts.back().second].push_back(std::move(next.name));
    std::ranges::push_heap(parts, std::greater());
  }
  for (auto& names : partition) std::ranges::sort(names);
  return partition;
}

std::vector<std::string> balanced_shard(std::vector<std::string> cases,
                                        const std::map<std::string, std::int64_t>& times,
                                        const ShardChoice& choice) {
  return balanced_partition(std::move(cases), times, choice.count).at(choice.index - 1);
}

std::string digest_of(const Partition& partition) {
  std::string text;
  for (const auto& names : partition) {
    // Names of files hold no such character.
    for (const std::string& name : names) text += name + '\0';
    text += '\n';
  }
  return sha256_of(text);
}

Result<std::map<std::string, std::int64_t>> case_times_of(const std::string& results) {
  const auto recorded = read_results(results_file_named(results));
  if (!recorded) return recorded.error();
  std::map<std::string, std::int64_t> times;
  for (const Event& event : recorded->events) {
    const auto* step = std::get_if<StepFinished>(&event);
    if (step == nullptr || !(step->seconds > 0) || step->seconds > 1e9) continue;
    if (step->cached) continue;
    times[step->model + "/" + step->submodel] += std::llround(step->seconds * 1e6);
  }
  return times;
}

}  // namespace sharkreg::core
