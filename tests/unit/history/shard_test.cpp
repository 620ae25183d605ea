// SPDX-License-Identifier: Apache-2.0
#include "history/shard.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

#include <doctest/doctest.h>

#include "runs.h"

namespace sharkreg::core {
namespace {

using Times = std::map<std::string, std::int64_t>;

std::vector<std::string> numbered(int count) {
  std::vector<std::string> names;
  for (int number = 0; number < count; ++number) names.push_back("m/" + std::to_string(number));
  return names;
}

std::int64_t time_of(const std::vector<std::string>& names, const Times& times) {
  return std::accumulate(
      names.begin(), names.end(), std::int64_t{0},
      [&](std::int64_t sum, const std::string& name) { return sum + times.at(name); });
}

}  // namespace

TEST_CASE("each case is in exactly one shard, whatever is known of times") {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    const auto cases = numbered(static_cast<int>(random() % 40));
    Times times;
    for (const std::string& name : cases) {
      if (random() % 3 != 0) times[name] = static_cast<std::int64_t>(random() % 1000);
    }
    const std::size_t count = 1 + random() % 9;
    const Partition partition = balanced_partition(cases, times, count);
    REQUIRE(partition.size() == count);
    std::multiset<std::string> all;
    for (const auto& names : partition) all.insert(names.begin(), names.end());
    CHECK(all == std::multiset<std::string>(cases.begin(), cases.end()));
  }
}

TEST_CASE("the order in which cases come changes nothing") {
  auto cases = numbered(30);
  const Times times{{"m/3", 900}, {"m/4", 900}, {"m/9", 5}};
  const Partition one = balanced_partition(cases, times, 4);
  std::ranges::reverse(cases);
  CHECK(balanced_partition(cases, times, 4) == one);
  CHECK(digest_of(balanced_partition(cases, times, 4)) == digest_of(one));
  CHECK(balanced_shard(cases, times, {3, 4}) == one[2]);
}

TEST_CASE("shards take about as long") {
  const auto cases = numbered(100);
  Times times;
  std::int64_t number = 0;
  for (const std::string& name : cases) times[name] = 1000 + 37 * (++number % 50);
  std::int64_t least = 1 << 30;
  std::int64_t most = 0;
  for (const auto& names : balanced_partition(cases, times, 7)) {
    least = std::min(least, time_of(names, times));
    most = std::max(most, time_of(names, times));
  }
  CHECK(most - least <= 2850);  // the longest case
}

TEST_CASE("one long case is alone, and without times all count the same") {
  const auto cases = numbered(5);
  Times times;
  for (const std::string& name : cases) times[name] = 10;
  times["m/2"] = 1000;
  CHECK(balanced_shard(cases, times, {1, 2}) == std::vector<std::string>{"m/2"});
  CHECK(balanced_shard(cases, times, {2, 2}).size() == 4);
  CHECK(balanced_shard(cases, {}, {1, 2}).size() == 3);
  CHECK(balanced_shard(cases, {}, {2, 2}).size() == 2);
}

TEST_CASE("a case without a time counts as the median of the others") {
  const Times times{{"m/0", 100}, {"m/1", 100}, {"m/2", 100}};
  const Partition partition = balanced_partition(numbered(4), times, 2);
  CHECK(partition[0].size() == 2);
  CHECK(partition[1].size() == 2);
}

TEST_CASE("times of cases that are not selected change nothing") {
  const Times times{{"m/0", 100}, {"other/1", 1}};
  CHECK(balanced_partition(numbered(6), times, 3) ==
        balanced_partition(numbered(6), {{"m/0", 100}}, 3));
}

TEST_CASE("digests tell partitions apart") {
  const std::set<std::string> digests{digest_of({{"a"}, {"b"}}), digest_of({{"b"}, {"a"}}),
                                      digest_of({{"a", "b"}}),   digest_of({{"a", "b"}, {}}),
                                      digest_of({{"ab"}, {}}),   digest_of({{}, {"a", "b"}})};
  CHECK(digests.size() == 6);
}

TEST_CASE("a shard is I/N") {
  const auto choice = shard_choice("2/5", "--shard");
  REQUIRE(choice.has_value());
  CHECK(choice->index == 2);
  CHECK(choice->count == 5);
  for (const char* wrong :
       {"", "2", "0/5", "6/5", "1/0", "-1/5", "1/5/6", "a/b", "1/", "/5", "1 /5", "1/10001"}) {
    const auto refused = shard_choice(wrong, "--shard");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == ErrorKind::usage);
    CHECK(refused.error().message.find("expected I/N") != std::string::npos);
  }
}

TEST_CASE("the history's times are those of whole runs, without what was cached") {
  const Runs runs;
  StepFinished cached = step_of("9", "compile acme", Verdict::pass, 500);
  cached.cached = true;
  cached.actions.front().cached.emplace();
  runs.write("whole", whole_run("whole", {step_of("1", "compile acme", Verdict::pass, 1),
                                          step_of("2", "compile acme", Verdict::pass, 2),
                                          step_of("3", "compile acme", Verdict::pass, 9),
                                          step_of("4", "run acme", Verdict::fail, 4), cached}));
  auto shard = whole_run("shard", {step_of("5", "run acme", Verdict::pass, 100)});
  std::get<RunStarted>(shard.front()).shard = ShardRecord{1, 2, "p", {"m/s"}, "", ""};
  runs.write("shard", shard);
  auto killed = whole_run("killed", {step_of("6", "run acme", Verdict::pass, 200)});
  killed.pop_back();
  runs.write("killed", killed);
  const auto history = runs.history();
  CHECK(runs.import(*history) == 7);
  const auto times = history->case_times();
  REQUIRE(times.has_value());
  CHECK(*times == Times{{"m/s", 6'000'000}});

  const auto of_file = case_times_of(runs.results("shard"));
  REQUIRE(of_file.has_value());
  CHECK(*of_file == Times{{"m/s", 100'000'000}});
  CHECK(*case_times_of(runs.directory() / "whole") == Times{{"m/s", 16'000'000}});
  CHECK_FALSE(case_times_of(runs.directory() / "gone").has_value());
}

}  // namespace sharkreg::core
