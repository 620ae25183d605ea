// SPDX-License-Identifier: Apache-2.0
// Cutting a selection into parts for several machines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace sharkreg::core {

// "2/5": the second of five.
struct ShardChoice {
  std::size_t index = 1;  // from 1
  std::size_t count = 1;
};

// Errors of kind usage. `place` is where the text was given.
Result<ShardChoice> shard_choice(std::string_view text, const std::string& place);

// The cases of each shard, "model/submodel", sorted.
using Partition = std::vector<std::vector<std::string>>;

// Cuts the cases, each named once, into `count` parts that take about as long: the longest first,
// each to the part that has least so far. `times` may leave cases out, which count as the median of
// the others, and hold others. The same on every machine for the same arguments, in whatever order
// the cases come.
Partition balanced_partition(std::vector<std::string> cases,
                             const std::map<std::string, std::int64_t>& times, std::size_t count);

// One of its parts; `choice.index` is at most `choice.count`.
std::vector<std::string> balanced_shard(std::vector<std::string> cases,
                                        const std::map<std::string, std::int64_t>& times,
                                        const ShardChoice& choice);

// Tells one partition from another: a SHA-256.
std::string digest_of(const Partition& partition);

// How long each case took in a run, in microseconds: its steps together. From a results.jsonl, or a
// directory with one.
Result<std::map<std::string, std::int64_t>> case_times_of(const std::string& results);

}  // namespace sharkreg::core
