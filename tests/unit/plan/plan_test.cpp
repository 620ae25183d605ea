// SPDX-License-Identifier: Apache-2.0
#include "plan/plan.h"

#include <doctest/doctest.h>

#include <stdexcept>

namespace sharkreg::core {
namespace {

using Names = std::map<std::string, std::string>;

// An action that reads artifacts at these paths, by id, and has these outputs.
struct Reader {
  CasePlan plan;

  Reader(const Names& paths, const std::vector<ActionOutput>& outputs) {
    PlannedAction& action = plan.actions.emplace_back();
    action.action.name = "bite";
    action.action.outputs = outputs;
    action.output_directory = "/outputs";
    action.log_directory = "/logs";
    for (const auto& [id, path] : paths) {
      action.inputs[id] = {FileOrigin::Kind::artifact, plan.artifacts.size(), {}};
      plan.artifacts.push_back({id, {}, path});
    }
    PlannedStep& step = plan.steps.emplace_back();
    step.name = "run vector";
    step.actions = {0};
  }

  Names names() const { return names_of_inputs(plan, plan.actions[0]); }
};

TEST_CASE("inputs keep their own names") {
  CHECK(Reader({{"a", "/x/one.npy"}, {"b", "/y/two.npy"}}, {}).names() ==
        Names{{"a", "one.npy"}, {"b", "two.npy"}});
}

TEST_CASE("the second of two inputs of one name gets a directory of its own") {
  CHECK(Reader({{"a", "/x/one.npy"}, {"b", "/y/one.npy"}, {"c", "/z/one.npy"}}, {}).names() ==
        Names{{"a", "one.npy"}, {"b", "b/one.npy"}, {"c", "c/one.npy"}});
}

TEST_CASE("an input never has the name of an output, which would be written through the link") {
  CHECK(Reader({{"a", "/x/one.npy"}}, {{"o", "one.npy"}}).names() == Names{{"a", "a/one.npy"}});
}

TEST_CASE("the directory of an input never has the name of a file") {
  CHECK(Reader({{"a", "/x/one"}, {"b", "/y/one"}, {"c", "/z/b"}}, {}).names() ==
        Names{{"a", "one"}, {"b", "b_/one"}, {"c", "b"}});
  CHECK(Reader({{"a", "/x/one"}, {"b", "/y/one"}}, {{"o", "b"}}).names().at("b") == "b_/one");
}

TEST_CASE("references are replaced by file names, inside of arguments too") {
  Reader reader({{"a", "/x/one.npy"}}, {{"o", "out.bin"}});
  PlannedAction& planned = reader.plan.actions[0];
  Argument pair;
  pair.parts = {in("a"), {ArgumentPart::Kind::text, "="}, out("o")};
  planned.action.arguments = {Argument("--quiet"), Argument("--in=", in("a")), out("o"), pair,
                              Argument("")};
  CHECK(bind_arguments(planned, reader.names()) ==
        std::vector<std::string>{"--quiet", "--in=one.npy", "out.bin", "one.npy=out.bin", ""});
}

TEST_CASE("a reference to nothing is a bug of the host by then") {
  Reader reader({}, {});
  reader.plan.actions[0].action.arguments = {out("o")};
  CHECK_THROWS_AS(bind_arguments(reader.plan.actions[0], {}), std::logic_error);
  CHECK_THROWS_AS(origin_of_output(reader.plan, reader.plan.steps[0], "o"), std::logic_error);
}

TEST_CASE("outputs lie where they are placed, what is printed lies with the logs") {
  Reader reader({}, {{"o", "out.bin"}, {"said", "said.txt"}});
  reader.plan.actions[0].action.standard_output = "said";
  CHECK(path_of(reader.plan, {FileOrigin::Kind::output, 0, "o"}) == "/outputs/out.bin");
  CHECK(path_of(reader.plan, {FileOrigin::Kind::output, 0, "said"}) == "/logs/bite.stdout.log");
}

TEST_CASE("an output of a step is that of the last action that writes it") {
  Reader reader({}, {{"o", "first.bin"}});
  reader.plan.actions.push_back(reader.plan.actions[0]);
  reader.plan.steps[0].actions = {0, 1};
  CHECK(origin_of_output(reader.plan, reader.plan.steps[0], "o").index == 1);
}

}  // namespace
}  // namespace sharkreg::core
