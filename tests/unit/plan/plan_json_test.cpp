// SPDX-License-Identifier: Apache-2.0
#include "plan/plan_json.h"

#include <set>

#include <boost/json.hpp>

#include "base/json.h"
#include "fakes.h"

namespace sharkreg::core {
namespace {

namespace json = boost::json;

json::value plan_as_json(Planning& planning) {
  const std::string text = to_json_line(to_json_object(planning.plan()));
  auto parsed = parse_json(text, "the plan");
  REQUIRE(parsed.has_value());
  return *parsed;
}

std::string text_at(const json::value& value, const char* pointer) {
  return std::string(value.at_pointer(pointer).as_string());
}

TEST_CASE("a plan is printed as a graph whose references are names") {
  Planning planning;
  const json::value plan = plan_as_json(planning);
  CHECK(text_at(plan, "/model") == "shark");
  CHECK(text_at(plan, "/submodel") == "fin");
  CHECK(text_at(plan, "/file") == "/suite/shark/fin.json");
  CHECK(text_at(plan, "/artifacts/0/id") == "program.mlir");
  CHECK(text_at(plan, "/artifacts/0/source") == "/data/fin.mlir");
  CHECK(text_at(plan, "/artifacts/0/path") == "/artifacts/shark_fin/fin.mlir");
  CHECK(text_at(plan, "/actions/0/step") == "compile vector");
  CHECK(text_at(plan, "/actions/0/action/program") == "/tools/compiler");
  CHECK(text_at(plan, "/actions/0/action/arguments/0/in") == "program");
  CHECK(text_at(plan, "/actions/0/action/arguments/1") == "-o");
  CHECK(text_at(plan, "/actions/0/inputs/program/artifact") == "program.mlir");
  CHECK(plan.at_pointer("/actions/0/time_limit_seconds").as_double() == 600.0);
  CHECK(plan.at_pointer("/actions/1/inputs/module/action").as_int64() == 0);
  CHECK(text_at(plan, "/actions/1/inputs/module/output") == "module");
  CHECK(text_at(plan, "/actions/1/devices/0") == "vector:0");
  CHECK(text_at(plan, "/steps/1/needs") == "compile vector");
  CHECK(text_at(plan, "/steps/1/comparisons/0/expected") == "expected_0");
  CHECK(text_at(plan, "/steps/1/comparisons/0/comparator") == "close_enough");
  CHECK(text_at(plan, "/steps/1/comparisons/0/value") == "4xf32");
  CHECK(text_at(plan, "/steps/1/artifacts/1") == "expected_0");
}

TEST_CASE("a plan says what has to be unpacked") {
  Planning planning;
  planning.test_case.programs[0].source.unpacking.kind = Unpacking::Kind::decompress;
  planning.test_case.inputs[0].source->unpacking = {Unpacking::Kind::member, "a/in.npy"};
  const json::value plan = plan_as_json(planning);
  CHECK(plan.at_pointer("/artifacts/0/decompress").as_bool());
  CHECK_FALSE(plan.at_pointer("/artifacts/0").as_object().contains("member"));
  CHECK(text_at(plan, "/artifacts/1/member") == "a/in.npy");
  CHECK(text_at(plan, "/artifacts/1/source") == "/data/in.npy");
  CHECK_FALSE(plan.at_pointer("/artifacts/2").as_object().contains("decompress"));
}

TEST_CASE("a foregone step is printed with its verdict, an expectation with its reason") {
  Planning planning;
  planning.backends[0].probe = {{}, {"no /dev/vector"}, {}, {}};
  planning.test_case.backends["vector"].compile_failure = Expectation{"crash", "", "too deep", "u"};
  const json::value plan = plan_as_json(planning);
  CHECK(text_at(plan, "/steps/0/expected_to_fail/kind") == "crash");
  CHECK(text_at(plan, "/steps/0/expected_to_fail/reason") == "too deep");
  CHECK(text_at(plan, "/steps/1/foregone/verdict") == "unavailable");
  CHECK(text_at(plan, "/steps/1/foregone/sentence") == "no device: no /dev/vector");
  CHECK_FALSE(plan.at("steps").at(1).as_object().contains("actions"));
}

TEST_CASE("a pin is printed with its artifact") {
  Planning planning;
  planning.test_case.inputs[0].source->pin = {"12ab", ""};
  planning.test_case.outputs[0].source->pin = {"34cd", "56ef"};
  const json::value plan = plan_as_json(planning);
  CHECK_FALSE(plan.at_pointer("/artifacts/0").as_object().contains("sha256"));
  CHECK(text_at(plan, "/artifacts/1/sha256") == "12ab");
  CHECK_FALSE(plan.at_pointer("/artifacts/1").as_object().contains("md5"));
  CHECK(text_at(plan, "/artifacts/2/sha256") == "34cd");
  CHECK(text_at(plan, "/artifacts/2/md5") == "56ef");
}

// The id of a step of the small case after a change to its planning.
std::string id_of(std::size_t step, const std::function<void(Planning&)>& change = {}) {
  Planning planning;
  if (change) change(planning);
  return planning.plan().steps.at(step).id;
}

// As id_of, after a change to the one action that compiles.
std::string id_with_compile(std::size_t step, const std::function<void(Action&)>& change) {
  return id_of(step, [&](Planning& planning) {
    planning.fake->on_compile = [change](const CompileRequest& request) {
      CompilePlan answer = FakeBackend::compile_once(request);
      change(answer.actions.front());
      return answer;
    };
  });
}

TEST_CASE("a step's id is the same for the same plan, and unique in it") {
  CHECK(id_of(0).size() == 64);
  CHECK(id_of(0) == id_of(0));
  CHECK(id_of(1) == id_of(1));
  CHECK(id_of(0) != id_of(1));
}

TEST_CASE("a step's id does not depend on where this run keeps its files") {
  CHECK(id_of(1) == id_of(1, [](Planning& planning) {
          planning.options.run_dir = "/elsewhere";
          planning.options.output_dir = "/outside";
          planning.options.artifacts_dir = "/inside";
        }));
}

TEST_CASE("whatever decides a verdict changes the id of a step") {
  const std::vector<std::function<void(Planning&)>> changes = {
      [](Planning& planning) { planning.test_case.model = "whale"; },
      [](Planning& planning) { planning.test_case.submodel = "tail"; },
      [](Planning& planning) { planning.options.sku = "tiger"; },
      [](Planning& planning) { planning.backends[0].name = "tensor"; },
      [](Planning& planning) { planning.backends[0].targets = {"v2"}; },
      [](Planning& planning) { planning.test_case.programs[0].source.location = "/data/b.mlir"; },
      [](Planning& planning) { planning.test_case.inputs[0].source->location = "/data/b.npy"; },
      [](Planning& planning) { planning.test_case.outputs[0].source->location = "/data/b.npy"; },
      [](Planning& planning) {
        planning.test_case.inputs[0].source->unpacking = {Unpacking::Kind::member, "m"};
      },
      [](Planning& planning) {
        planning.test_case.outputs[0].source->unpacking = {Unpacking::Kind::member, "m"};
      },
      [](Planning& planning) { planning.test_case.programs[0].source.pin.sha256 = "12ab"; },
      [](Planning& planning) { planning.test_case.programs[0].source.pin.md5 = "12ab"; },
      [](Planning& planning) { planning.test_case.inputs[0].source->pin.sha256 = "12ab"; },
      [](Planning& planning) { planning.test_case.outputs[0].source->pin.sha256 = "12ab"; },
      [](Planning& planning) { planning.test_case.outputs[0].value = "2x2xf32"; },
      [](Planning& planning) { planning.test_case.function = "other"; },
      [](Planning& planning) { planning.test_case.threshold_args = {{"--near"}}; },
      [](Planning& planning) { planning.options.comparator = "bitwise"; },
      [](Planning& planning) {
        planning.options.compile_arguments = {{"", {"-O3"}}};
      },
      [](Planning& planning) { planning.test_case.backends["vector"].run_failure = Expectation{}; },
      [](Planning& planning) {
        planning.test_case.backends["vector"].run_failure = Expectation{"crash", "", "", ""};
      },
  };
  std::set<std::string> ids = {id_of(1)};
  for (const auto& change : changes) ids.insert(id_of(1, change));
  CHECK(ids.size() == changes.size() + 1);
}

TEST_CASE("whatever is part of an action changes the ids of its step and of the run after it") {
  const std::vector<std::function<void(Action&)>> changes = {
      [](Action& action) { action.program = "/tools/other"; },
      [](Action& action) { action.in_process = true; },
      [](Action& action) { action.arguments.emplace_back("-v"); },
      [](Action& action) { action.arguments.emplace_back(""); },
      [](Action& action) {
        action.environment = {{"HOME", std::nullopt}};
      },
      [](Action& action) {
        action.environment = {{"HOME", ""}};
      },
      [](Action& action) {
        action.environment = {{"HOME", "inherited"}};
      },
      [](Action& action) {
        action.outputs.push_back({"more", "more.bin"});
      },
  };
  for (const std::size_t step : {0U, 1U}) {
    std::set<std::string> ids = {id_of(step)};
    for (const auto& change : changes) ids.insert(id_with_compile(step, change));
    CHECK(ids.size() == changes.size() + 1);
  }
}

TEST_CASE("what moves from one list to the next changes the id") {
  const std::string arguments = id_with_compile(0, [](Action& action) {
    action.arguments.emplace_back("HOME");
    action.arguments.emplace_back("=");
  });
  const std::string environment = id_with_compile(0, [](Action& action) {
    action.environment = {{"HOME", ""}};
  });
  CHECK(arguments != environment);
}

}  // namespace
}  // namespace sharkreg::core
