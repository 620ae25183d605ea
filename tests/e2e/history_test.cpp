// SPDX-License-Identifier: Apache-2.0
// What is remembered of runs: history, its export, baselines.
#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "base/json.h"
#include "base/text.h"
#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

// m/good passes, m/wrong does not compile, with stub tools whose version can be changed.
class Suite {
 public:
  Suite() {
    sandbox.write_stub_tools();
    sandbox.write_program("tools/iree-compile",
                          "#!/bin/sh\nif grep -q bad \"$3\"; then echo no >&2; exit 1; fi\n"
                          "echo a module > \"$2\"\n");
    write_version("1.0");
    sandbox.write_model("m", "good", R"({"mlir": "good.mlir"})");
    sandbox.write_model("m", "wrong", R"({"mlir": "bad.mlir"})");
    sandbox.write("tests/m/good.mlir", "fine");
    sandbox.write("tests/m/bad.mlir", "bad");
  }

  // As a wheel of the tools says which version it is.
  void write_version(const std::string& version) const {
    sandbox.write("tools/version.py", "\nVERSION = \"" + version + "\"\n");
  }

  Ended run(const Arguments& more = {}) const {
    Arguments all{"--tests-dir", sandbox.tests(), "--model=m",
                  "--tools-dir", sandbox.tools(), "--backend=cpu"};
    all.insert(all.end(), more.begin(), more.end());
    return sandbox.run(all);
  }

  fs::path database() const { return sandbox.cache() / "history.sqlite"; }

  Sandbox sandbox;
};

std::size_t lines_of(const std::string& text) {
  return count_of(text, "\n");
}

}  // namespace

TEST_CASE("history shows the last executions of each step, the latest last") {
  const Suite suite;
  for (int count = 0; count < 3; ++count) CHECK(suite.run().exit_status == 1);
  const Ended all = suite.sandbox.run({"history", "m"});
  INFO(all.out, all.err);
  CHECK(all.exit_status == 0);
  CHECK(all.err.empty());
  CHECK(count_of(all.out, "m/good  compile cpu\n") == 1);
  CHECK(count_of(all.out, "m/good  run cpu\n") == 1);
  CHECK(count_of(all.out, "m/wrong  compile cpu\n") == 1);
  CHECK(count_of(all.out, "  compile-error  ") == 3);
  for (const fs::path& run : suite.sandbox.runs()) {
    CHECK(count_of(all.out, run.filename().string()) == 4);
  }
  const auto first = suite.sandbox.runs().front().filename().string();
  const auto last = suite.sandbox.runs().back().filename().string();
  CHECK(all.out.find(first) < all.out.find(last));

  const Ended one = suite.sandbox.run({"history", "m/good", "--last=1", "--step=run *"});
  CHECK(lines_of(one.out) == 3);
  CHECK(contains(one.out, last));
  CHECK(suite.sandbox.run({"history", "m*/w*"}).out.find("m/good") == std::string::npos);
}

TEST_CASE("history marks where a tool's version has changed") {
  const Suite suite;
  CHECK(suite.run({"--submodel=good"}).exit_status == 0);
  CHECK(suite.run({"--submodel=good"}).exit_status == 0);
  suite.write_version("2.0");
  CHECK(suite.run({"--submodel=good"}).exit_status == 0);
  const Ended shown = suite.sandbox.run({"history", "m/good", "--step=run cpu"});
  INFO(shown.out);
  CHECK(count_of(shown.out, "iree-run-module 1.0 → 2.0") == 1);
  // Also when what it was before is not shown any more.
  CHECK(contains(suite.sandbox.run({"history", "m", "--last=1", "--step=run cpu"}).out,
                 "iree-run-module 1.0 → 2.0"));
}

TEST_CASE("an unknown model is told with the nearest names") {
  const Suite suite;
  CHECK(suite.sandbox.run({"history"}).out == "no run is recorded yet\n");
  CHECK(suite.run().exit_status == 1);
  const Ended model = suite.sandbox.run({"history", "n"});
  CHECK(model.exit_status == 2);
  CHECK(contains(model.err, "the history has no model like \"n\"; did you mean m?"));
  const Ended submodel = suite.sandbox.run({"history", "m/goof"});
  CHECK(submodel.exit_status == 2);
  CHECK(contains(submodel.err, "no submodel like \"goof\"; did you mean good?"));
  CHECK(suite.sandbox.run({"history", "m", "--step=ran*"}).exit_status == 2);
  CHECK(suite.sandbox.run({"history", "m", "m"}).exit_status == 2);
  CHECK(suite.sandbox.run({"history", "m", "--last=0"}).exit_status == 2);
}

TEST_CASE("export writes JSON lines and CSV with the same columns") {
  const Suite suite;
  CHECK(suite.run().exit_status == 1);
  const Ended exported = suite.sandbox.run({"history", "export", "--format=jsonl"});
  CHECK(exported.exit_status == 0);
  CHECK(lines_of(exported.out) == 4);
  const auto line = core::parse_json(core::split(exported.out, '\n').at(0), "line");
  REQUIRE(line.has_value());
  const boost::json::object& step = line->as_object();
  CHECK(step.at("model") == "m");
  CHECK(step.at("submodel") == "good");
  CHECK(step.at("step") == "compile cpu");
  CHECK(step.at("verdict") == "pass");
  CHECK(step.at("seconds").as_double() > 0);
  CHECK(step.at("peak_memory_bytes").to_number<std::int64_t>() > 0);
  CHECK(step.at("cached") == false);
  CHECK(step.at("tools").at("iree-run-module") == "1.0");
  CHECK(step.at("run").as_string() == suite.sandbox.runs().front().filename().string());

  const fs::path file = suite.sandbox.root() / "deep" / "history.csv";
  CHECK(suite.sandbox.run({"history", "export", "m/good", "--output", file}).exit_status == 0);
  const auto lines = core::split(content_of(file), '\n');
  REQUIRE(lines.size() == 4);
  std::vector<std::string> names;
  for (const auto& member : step) names.emplace_back(member.key());
  CHECK(lines[0] == core::join(names, ",") + "\r");
  CHECK(lines[3].empty());
  for (const auto& row : {lines[1], lines[2]}) CHECK(row.ends_with("\r"));
}

TEST_CASE("what a killed run left comes into the history with the next") {
  const Suite suite;
  CHECK(suite.run().exit_status == 1);
  // As kill -9 leaves it: a step without its run's end, and half a line.
  const std::string all = content_of(suite.sandbox.results_file());
  const std::size_t end = all.find("{\"event\":\"run-finished\"");
  suite.sandbox.write("cache/sharkreg/runs/20200101-000000-1/results.jsonl",
                      all.substr(0, end) + "{\"event\":\"step-fin");
  fs::remove(suite.database());
  CHECK(suite.run().exit_status == 1);
  const Ended shown = suite.sandbox.run({"history", "m/good", "--step=run cpu"});
  CHECK(lines_of(shown.out) == 5);
  CHECK(contains(shown.out, "20200101-000000-1"));
}

TEST_CASE("trouble with the history costs a note, never a run") {
  const Suite suite;
  CHECK(suite.run({"--submodel=good"}).exit_status == 0);
  fs::resize_file(suite.database(), 5000);
  const Ended ran = suite.run({"--submodel=good"});
  INFO(ran.err);
  CHECK(ran.exit_status == 0);
  CHECK(contains(ran.out, "2 steps: 2 judged (2 pass)"));
  CHECK(contains(ran.err, "note: what runs came to is not remembered: the history " +
                              suite.database().string()));
  CHECK(contains(ran.err, "remove that file"));
  const Ended shown = suite.sandbox.run({"history"});
  CHECK(shown.exit_status == 3);
  CHECK(contains(shown.err, "remove that file"));

  for (const char* rest : {"history.sqlite", "history.sqlite-wal", "history.sqlite-shm"}) {
    fs::remove(suite.sandbox.cache() / rest);
  }
  CHECK(lines_of(suite.sandbox.run({"history", "m/good", "--step=run cpu"}).out) == 4);
}

TEST_CASE("only failures that the baseline does not know fail the whole") {
  const Suite suite;
  CHECK(suite.run().exit_status == 1);
  const fs::path before = suite.sandbox.runs().front();
  const fs::path junit = suite.sandbox.root() / "junit.xml";
  const fs::path summary = suite.sandbox.root() / "summary.md";
  const Ended known = suite.run({"--baseline", before, "--junit", junit, "--summary", summary});
  INFO(known.out, known.err);
  CHECK(known.exit_status == 0);
  CHECK(contains(known.out, "Against the baseline"));
  CHECK(contains(known.out, "1 known failure: compile cpu of m/wrong"));
  CHECK(contains(content_of(junit), "<skipped message=\"known failure: "));
  CHECK(contains(content_of(junit), "failures=\"0\""));
  CHECK(contains(content_of(summary), "**1 known failure**: compile cpu of m/wrong"));

  suite.sandbox.write("tests/m/good.mlir", "bad now");
  suite.sandbox.write("tests/m/bad.mlir", "fine now");
  const Ended changed = suite.run({"--baseline", before / "results.jsonl"});
  CHECK(changed.exit_status == 1);
  CHECK(contains(changed.out, "1 new failure: compile cpu of m/good"));
  CHECK(contains(changed.out, "1 fixed: compile cpu of m/wrong"));
  CHECK(contains(changed.out, "Exit status 1: 1 step bad (1 compile-error)."));
}

TEST_CASE("report compares a run with a baseline afterwards") {
  const Suite suite;
  CHECK(suite.run().exit_status == 1);
  CHECK(suite.run().exit_status == 1);
  const auto runs = suite.sandbox.runs();
  CHECK(suite.sandbox.run({"report", runs.back()}).exit_status == 1);
  const Ended compared = suite.sandbox.run({"report", runs.back(), "--baseline", runs.front()});
  CHECK(compared.exit_status == 0);
  CHECK(contains(compared.out, "1 known failure: compile cpu of m/wrong"));
  CHECK(suite.sandbox.run({"report", runs.back(), "--baseline=gone.jsonl"}).exit_status == 2);
  CHECK(suite.run({"--baseline=gone.jsonl"}).exit_status == 2);
}

}  // namespace sharkreg::e2e
