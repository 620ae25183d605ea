// SPDX-License-Identifier: Apache-2.0
// How sharkreg-conformance is called, and what it prints.
#include <csignal>

#include <boost/json.hpp>

#include <doctest/doctest.h>

#include "bad_plugins.h"

namespace sharkreg::e2e {

namespace json = boost::json;

TEST_CASE("checker: good plugins of every kind conform") {
  const Sandbox box;
  for (const char* kind : {"comparator", "fetcher", "backend", "tuner"}) {
    const Ended ended = run_checker(
        box, {"--url=bad://shelf/sample.mlir", bad_plugin(std::string("good_") + kind)});
    INFO(ended.out << ended.err);
    CHECK(ended.exit_status == 0);
    CHECK(contains(ended.out, " 0 failed,"));
    CHECK(contains(ended.out, " conforms\n"));
  }
}

TEST_CASE("checker: a crash ends one case, and the others run") {
  const Sandbox box;
  const Ended ended = run_checker(box, {bad_plugin("crashes_in_compare")});
  INFO(ended.out);
  CHECK(ended.exit_status == 1);
  CHECK(contains(ended.out, "pass  comparator/bad/create "));
  CHECK(contains(ended.out, "FAIL  comparator/bad/verdict "));
  CHECK(contains(ended.out, "pass  comparator/bad/describe "));
  CHECK(contains(ended.out, "asked   compare of equal tensors of f32"));
}

TEST_CASE("checker: without a sample, a fetcher's reading is skipped, and that is said") {
  const Sandbox box;
  const Ended ended = run_checker(box, {bad_plugin("good_fetcher")});
  INFO(ended.out);
  CHECK(ended.exit_status == 0);
  CHECK(contains(ended.out, "skip  fetcher/bad/ranges "));
  CHECK(contains(ended.out, "give one with --url=URL"));
}

TEST_CASE("checker: JSON says what the text says") {
  const Sandbox box;
  const Ended ended = run_checker(box, {"--format=json", bad_plugin("prints")});
  CHECK(ended.exit_status == 1);
  const json::value report = json::parse(ended.out);
  CHECK(report.at("schema") == "sharkreg.conformance_report/1");
  CHECK(report.at("conforms") == false);
  CHECK(report.at("plugin").at("interfaces").as_array().size() == 1);
  std::vector<std::string> failed;
  for (const json::value& one : report.at("cases").as_array()) {
    if (one.at("outcome") != "failed") continue;
    failed.emplace_back(one.at("name").as_string());
    for (const char* member : {"asked", "wanted", "came", "advice"}) {
      CHECK_FALSE(one.at(member).as_string().empty());
    }
  }
  CHECK(failed == std::vector<std::string>{"comparator/bad/process"});
}

TEST_CASE("checker: cases run in this process for debuggers") {
  const Sandbox box;
  const Ended ended = run_checker(box, {"--in-process", bad_plugin("good_tuner")});
  CHECK(ended.exit_status == 0);
  CHECK(run_checker(box, {"--in-process", bad_plugin("always_chooses")}).exit_status == 1);
  CHECK(run_checker(box, {"--in-process", "--only=comparator/bad/verdict",
                          bad_plugin("crashes_in_compare")})
            .signal == SIGABRT);
}

TEST_CASE("checker: lists its cases") {
  const Sandbox box;
  const Ended all = run_checker(box, {"--list"});
  CHECK(all.exit_status == 0);
  CHECK(contains(all.out, "backend/NAME/plan_compile"));
  const Ended own = run_checker(box, {"--list", bad_plugin("good_tuner")});
  CHECK(own.exit_status == 0);
  CHECK(contains(own.out, "tuner/bad/choice"));
  CHECK_FALSE(contains(own.out, "backend/"));
}

TEST_CASE("checker: wrong usage") {
  const Sandbox box;
  const std::string good = bad_plugin("good_tuner");
  for (const Arguments& wrong :
       {Arguments{}, Arguments{"/nowhere/libacme.so"}, Arguments{"--format=xml", good},
        Arguments{"--time-limit=0", good}, Arguments{"--memory-limit=1", good},
        Arguments{"--no-such-option", good}, Arguments{good, good},
        Arguments{"--only=nothing/like/this", good}}) {
    const Ended ended = run_checker(box, wrong);
    INFO(ended.err);
    CHECK(ended.exit_status == 2);
    CHECK(ended.out == "");
    CHECK(ended.err.starts_with("sharkreg-conformance: "));
  }
}

TEST_CASE("checker: says so when it cannot check") {
  Sandbox box;
  box.environment["TMPDIR"] = "/nowhere";
  const Ended ended = run_checker(box, {bad_plugin("good_tuner")});
  CHECK(ended.exit_status == 3);
  CHECK(contains(ended.err, "could not be checked"));
}

}  // namespace sharkreg::e2e
