// SPDX-License-Identifier: Apache-2.0
// One selection on several machines: --shard, and merge.
#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "base/text.h"
#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

// Five submodels of m, of which e does not compile. A compile of "slow" takes a second.
class Suite {
 public:
  Suite() {
    sandbox.write_stub_tools();
    sandbox.write_program("tools/iree-compile",
                          "#!/bin/sh\nif grep -q bad \"$3\"; then echo no >&2; exit 1; fi\n"
                          "if grep -q slow \"$3\"; then sleep 1; fi\necho a module > \"$2\"\n");
    for (const char* name : {"a", "b", "c", "d", "e"}) {
      sandbox.write_model("m", name, std::string(R"({"mlir": ")") + name + R"(.mlir"})");
      sandbox.write(std::string("tests/m/") + name + ".mlir",
                    name == std::string("e") ? "bad" : "fine");
    }
  }

  Arguments arguments(const Arguments& more) const {
    Arguments all{"--tests-dir", sandbox.tests(), "--model=m",
                  "--tools-dir", sandbox.tools(), "--backend=cpu"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  // Runs with these arguments; its directory.
  fs::path run(const Arguments& more) const {
    std::set<fs::path> before;
    for (const fs::path& each : sandbox.runs()) before.insert(each);
    const Ended ended = sandbox.run(arguments(more));
    INFO(ended.out, ended.err);
    REQUIRE(ended.exit_status <= 1);
    for (const fs::path& each : sandbox.runs()) {
      if (!before.contains(each)) return each;
    }
    FAIL("the run left nothing");
    return {};
  }

  std::vector<core::Event> events_of(const fs::path& results) const {
    std::vector<core::Event> events;
    for (const std::string& line : core::split(content_of(results), '\n')) {
      if (line.empty()) continue;
      auto event = core::event_from_json_line(line);
      REQUIRE(event.has_value());
      events.push_back(std::move(*event));
    }
    return events;
  }

  std::set<std::string> cases_of(const fs::path& run) const {
    std::set<std::string> cases;
    for (const core::Event& event : events_of(run / "results.jsonl")) {
      if (const auto* planned = std::get_if<core::CasePlanned>(&event)) {
        cases.insert(planned->submodel);
      }
    }
    return cases;
  }

  Sandbox sandbox;
};

}  // namespace

TEST_CASE("shards have each model once, and merged they are the whole run") {
  const Suite suite;
  const fs::path whole = suite.run({});
  const auto verdicts = verdicts_of(suite.events_of(whole / "results.jsonl"));
  const fs::path one = suite.run({"--shard=1/3"});
  const fs::path two = suite.run({"--shard=2/3"});
  const fs::path three = suite.run({"--shard=3/3"});
  std::multiset<std::string> all;
  for (const fs::path& run : {one, two, three}) {
    const auto cases = suite.cases_of(run);
    CHECK(cases.size() >= 1);
    all.insert(cases.begin(), cases.end());
  }
  CHECK(all == std::multiset<std::string>{"a", "b", "c", "d", "e"});

  const fs::path junit = suite.sandbox.root() / "junit.xml";
  const fs::path output = suite.sandbox.root() / "merged";
  const Ended merged = suite.sandbox.run(
      {"merge", three, one / "results.jsonl", two, "--output", output, "--junit", junit});
  INFO(merged.out, merged.err);
  CHECK(merged.exit_status == 1);
  CHECK(contains(merged.out, "Exit status 1: 1 step bad (1 compile-error)."));
  CHECK(contains(merged.out, (output / "results.jsonl").string()));
  CHECK(verdicts_of(suite.events_of(output / "results.jsonl")) == verdicts);
  CHECK(count_of(content_of(junit), "<testcase ") == 10);

  const Ended report = suite.sandbox.run({"report", output});
  CHECK(report.exit_status == 1);
  CHECK(report.out == merged.out);
  CHECK(suite.sandbox.run({"merge", one, two, three, "--output", output / "again.jsonl"})
            .exit_status == 1);
  CHECK(verdicts_of(suite.events_of(output / "again.jsonl")) == verdicts);
}

TEST_CASE("merge refuses what is missing, given twice or not ended, and writes nothing") {
  const Suite suite;
  const fs::path one = suite.run({"--shard=1/2"});
  const fs::path two = suite.run({"--shard=2/2"});
  const fs::path output = suite.sandbox.root() / "merged";
  const auto refused = [&](Arguments results) {
    results.insert(results.begin(), "merge");
    results.insert(results.end(), {"--output", output});
    const Ended ended = suite.sandbox.run(results);
    CHECK(ended.exit_status == 2);
    CHECK_FALSE(fs::exists(output));
    return ended.err;
  };
  CHECK(contains(refused({one}), "shard 2/2 is missing"));
  CHECK(contains(refused({one, one}), "is the same run as"));
  const fs::path again = suite.run({"--shard=1/2"});
  CHECK(contains(
      refused({one, again, two}),
      "shard 1/2 (" + again.string() + "/results.jsonl) is given twice: also by " + one.string()));
  const std::string text = content_of(two / "results.jsonl");
  const fs::path torn = suite.sandbox.write("torn.jsonl", text.substr(0, text.size() - 20));
  CHECK(contains(refused({one, torn}), "torn.jsonl) did not come to its end"));
  const fs::path other = suite.run({"--shard=2/2", "--submodel=a,b,c"});
  CHECK(contains(refused({one, other}), "is of another partition than"));

  CHECK(suite.sandbox.run({"merge", "--output", output}).exit_status == 2);
  CHECK(suite.sandbox.run({"merge", one, two}).exit_status == 2);
  const Ended onto = suite.sandbox.run({"merge", one, two, "--output", one});
  CHECK(onto.exit_status == 2);
  CHECK(contains(onto.err, "would replace"));
  CHECK(suite.sandbox.run({"merge", one, "gone.jsonl", "--output", output}).exit_status == 2);
}

TEST_CASE("shards are cut by the times of whole runs, and alike while shards run") {
  const Suite suite;
  suite.sandbox.write("tests/m/c.mlir", "slow");
  suite.run({});
  const fs::path one = suite.run({"--shard=1/2"});
  const fs::path two = suite.run({"--shard=2/2"});
  CHECK(suite.cases_of(one) == std::set<std::string>{"c"});
  CHECK(suite.cases_of(two) == std::set<std::string>{"a", "b", "d", "e"});
  CHECK(contains(content_of(two / "results.jsonl"),
                 "shard 2/2: 4 of 5 models, cut by the times of the history of this machine"));
  CHECK(suite.sandbox.run({"merge", one, two, "--output", suite.sandbox.root() / "merged"})
            .exit_status == 1);
}

TEST_CASE("another machine cuts alike by the same results") {
  Suite suite;
  suite.sandbox.write("tests/m/c.mlir", "slow");
  const fs::path before = suite.run({});
  const fs::path one = suite.run({"--shard=1/2", "--shard-history", before});
  suite.sandbox.environment["XDG_CACHE_HOME"] = suite.sandbox.root() / "other";
  const Ended list = suite.sandbox.run([&] {
    Arguments words = suite.arguments({"--shard=2/2", "--shard-history", before});
    words.insert(words.begin(), "list");
    return words;
  }());
  CHECK(list.exit_status == 0);
  CHECK_FALSE(contains(list.out, "m/c\n"));
  CHECK(count_of(list.out, "m/") == 4);
  CHECK(suite.cases_of(one) == std::set<std::string>{"c"});
}

TEST_CASE("more shards than models leave some empty, which is fine there") {
  const Suite suite;
  const Ended empty = suite.sandbox.run(suite.arguments({"--submodel=a", "--shard=2/2"}));
  INFO(empty.out, empty.err);
  CHECK(empty.exit_status == 0);
  CHECK(contains(empty.out, "shard 2/2: 0 of 1 models"));
  const fs::path none = suite.sandbox.runs().back();
  const fs::path one = suite.run({"--submodel=a", "--shard=1/2"});
  CHECK(suite.sandbox.run({"merge", one, none, "--output", suite.sandbox.root() / "merged"})
            .exit_status == 0);
}

TEST_CASE("a wrong --shard is told before anything runs") {
  const Suite suite;
  for (const char* wrong : {"--shard=3/2", "--shard=0/2", "--shard=1", "--shard=x/y"}) {
    const Ended ended = suite.sandbox.run(suite.arguments({wrong}));
    CHECK(ended.exit_status == 2);
    CHECK(contains(ended.err, "expected I/N"));
  }
  CHECK(suite.sandbox.run(suite.arguments({"--shard=1/2", "--shard-history=gone"})).exit_status ==
        2);
  CHECK(suite.sandbox.run(suite.arguments({"--shard-history=gone"})).exit_status == 2);
  CHECK(suite.sandbox.runs().empty());
}

}  // namespace sharkreg::e2e
