// SPDX-License-Identifier: Apache-2.0
#include "execute/case_graph.h"

#include "fakes.h"

namespace sharkreg::core {
namespace {

using Names = std::vector<std::string>;

std::string name_of(const CasePlan& plan, const Node& node) {
  switch (node.kind) {
    case Node::Kind::artifact:
      return plan.artifacts[node.index].id;
    case Node::Kind::action:
      return plan.actions[node.index].action.name;
    case Node::Kind::conclusion:
      return plan.steps[node.index].name;
  }
  return "?";
}

// A graph that is told of nodes by their names.
struct Walk {
  explicit Walk(const HandMadePlan& made) : plan(*made.plan), graph(plan) {}

  const CasePlan& plan;
  CaseGraph graph;
  std::map<std::string, Node> taken;

  // All that is ready, in order.
  Names take() {
    Names names;
    for (const Node& node : graph.take_ready()) {
      names.push_back(name_of(plan, node));
      CHECK_MESSAGE(taken.emplace(names.back(), node).second, names.back() << " was taken twice");
    }
    return names;
  }

  void settle(const std::string& name) { graph.settle(taken.at(name)); }
};

TEST_CASE("a case goes from artifacts to conclusions, in the order of its plan") {
  HandMadePlan made;
  const std::size_t compile = made.compile();
  const FileOrigin module = made.action(compile, "shark", {made.artifact("program")});
  const std::size_t run = made.run_after(compile);
  made.action(run, "swim", {module, made.artifact("water")});

  Walk walk(made);
  CHECK(walk.take() == Names{"program", "water"});
  walk.settle("water");
  CHECK(walk.take() == Names{});
  walk.settle("program");
  CHECK(walk.take() == Names{"shark"});
  walk.settle("shark");
  CHECK(walk.take() == Names{"compile0", "swim"});
  walk.settle("swim");
  CHECK(walk.take() == Names{"run1"});
  walk.settle("run1");
  CHECK_FALSE(walk.graph.finished());
  walk.settle("compile0");
  CHECK(walk.graph.finished());
}

TEST_CASE("what remains until the end of a case is the longest way through a node") {
  HandMadePlan made;
  const std::size_t compile = made.compile();
  const FileOrigin module = made.action(compile, "shark", {made.artifact("program")});
  const std::size_t run = made.run_after(compile);
  made.action(run, "swim", {module, made.artifact("water")});
  made.action(made.compile(), "other");

  Walk walk(made);
  using std::chrono::milliseconds;
  const auto remaining =
      walk.graph.remaining({milliseconds(100), milliseconds(20), milliseconds(3)});
  std::map<std::string, long> of;
  const auto note = [&] {
    for (const std::string& name : walk.take()) {
      of[name] = remaining.at(walk.taken.at(name).rank).count();
      walk.settle(name);
    }
  };
  for (int round = 0; round < 4; ++round) note();
  CHECK(walk.graph.finished());
  CHECK(of == std::map<std::string, long>{{"program", 120},
                                          {"shark", 120},
                                          {"compile0", 0},
                                          {"water", 20},
                                          {"swim", 20},
                                          {"run1", 0},
                                          {"other", 3},
                                          {"compile2", 0}});
}

TEST_CASE("actions of a step come one after the other, also when they share nothing") {
  HandMadePlan made;
  const std::size_t compile = made.compile();
  made.action(compile, "first");
  made.action(compile, "second");
  Walk walk(made);
  CHECK(walk.take() == Names{"first"});
  walk.settle("first");
  CHECK(walk.take() == Names{"second"});
  walk.settle("second");
  CHECK(walk.take() == Names{"compile0"});
}

TEST_CASE("a run waits for the whole compile, also for what it does not read") {
  HandMadePlan made;
  const std::size_t compile = made.compile();
  const FileOrigin module = made.action(compile, "shark");
  made.action(compile, "pipeline");
  made.action(made.run_after(compile), "swim", {module});
  Walk walk(made);
  CHECK(walk.take() == Names{"shark"});
  walk.settle("shark");
  CHECK(walk.take() == Names{"pipeline"});
  walk.settle("pipeline");
  CHECK(walk.take() == Names{"compile0", "swim"});

  CaseResults results;
  results.actions.resize(3);
  results.actions[0].status = ActionResult::Status::succeeded;
  results.actions[1].status = ActionResult::Status::failed;
  CHECK_FALSE(walk.graph.can_start(2, results));
  results.actions[1].status = ActionResult::Status::succeeded;
  CHECK(walk.graph.can_start(2, results));
}

TEST_CASE("an artifact of two steps is fetched once, one of no step never") {
  HandMadePlan made;
  const FileOrigin shared = made.artifact("shared");
  made.artifact("unused");
  made.action(made.compile(), "one", {shared});
  made.action(made.compile(), "two", {shared});
  Walk walk(made);
  CHECK(walk.take() == Names{"shared"});
  walk.settle("shared");
  CHECK(walk.take() == Names{"one", "two"});
}

TEST_CASE("a conclusion waits for artifacts that are only compared with") {
  HandMadePlan made;
  const std::size_t compile = made.compile();
  made.action(compile, "shark");
  made.plan->steps[compile].artifacts = {made.artifact("expected").index};
  Walk walk(made);
  CHECK(walk.take() == Names{"expected", "shark"});
  walk.settle("shark");
  CHECK(walk.take() == Names{});
  walk.settle("expected");
  CHECK(walk.take() == Names{"compile0"});
}

TEST_CASE("foregone steps and a plan without steps need nothing") {
  HandMadePlan made;
  CHECK(Walk(made).graph.finished());
  const std::size_t compile = made.compile();
  made.plan->steps[compile].artifacts = {made.artifact("program").index};
  made.plan->steps[compile].foregone = ForegoneVerdict{};
  Walk walk(made);
  CHECK(walk.graph.finished());
  CHECK(walk.take() == Names{});
}

TEST_CASE("an action starts only when all that it needs has succeeded") {
  HandMadePlan made;
  const std::size_t compile = made.compile();
  made.action(compile, "first", {made.artifact("program")});
  made.action(compile, "second");
  Walk walk(made);
  CaseResults results;
  results.artifacts.resize(1);
  results.actions.resize(2);
  CHECK_FALSE(walk.graph.can_start(0, results));
  results.artifacts[0].settled = true;
  CHECK(walk.graph.can_start(0, results));
  results.artifacts[0].error = Error{};
  CHECK_FALSE(walk.graph.can_start(0, results));
  using Status = ActionResult::Status;
  for (const Status status :
       {Status::pending, Status::failed, Status::not_started, Status::interrupted}) {
    results.actions[0].status = status;
    CHECK_FALSE(walk.graph.can_start(1, results));
  }
  results.actions[0].status = Status::succeeded;
  CHECK(walk.graph.can_start(1, results));
}

// A case of which steps are seen by others when they are concluded, and its results so far.
struct Retrying {
  explicit Retrying(const HandMadePlan& made)
      : plan(*made.plan), graph(plan, CaseGraph::StepsWaitFor::conclusions) {
    results.artifacts.resize(plan.artifacts.size());
    results.actions.resize(plan.actions.size());
  }

  // All that is ready, in order. It is settled at once, but for conclusions.
  Names take() {
    Names names;
    for (auto ready = graph.take_ready(); !ready.empty(); ready = graph.take_ready()) {
      for (const Node& node : ready) take(node, names);
    }
    return names;
  }
  void take(const Node& node, Names& names) {
    names.push_back(name_of(plan, node));
    if (node.kind == Node::Kind::conclusion) return;
    if (node.kind == Node::Kind::artifact) {
      results.artifacts[node.index].settled = true;
      if (absent == names.back()) {
        results.artifacts[node.index].error = Error{ErrorKind::infrastructure, "no", {}};
      }
    } else {
      results.actions[node.index].status =
          !graph.can_start(node.index, results) ? ActionResult::Status::not_started
          : failing == names.back()             ? ActionResult::Status::failed
                                                : ActionResult::Status::succeeded;
    }
    graph.settle(node);
  }
  void conclude(std::size_t step) { graph.settle({Node::Kind::conclusion, step, 0}); }

  const CasePlan& plan;
  CaseGraph graph;
  CaseResults results;
  std::string absent;
  std::string failing;
};

TEST_CASE("a run waits for the conclusion of its compile where that may be done again") {
  HandMadePlan made;
  const std::size_t compile = made.compile();
  const FileOrigin module = made.action(compile, "shark", {made.artifact("program")});
  made.action(made.run_after(compile), "swim", {module});
  Retrying walk(made);
  walk.failing = "shark";
  CHECK(walk.take() == Names{"program", "shark", "compile0"});
  walk.failing.clear();
  walk.graph.reset(0, walk.results);
  CHECK(walk.take() == Names{"shark", "compile0"});
  walk.conclude(0);
  CHECK(walk.take() == Names{"swim", "run1"});
  walk.conclude(1);
  CHECK(walk.graph.finished());
}

TEST_CASE("an artifact that steps share is brought again once for both") {
  HandMadePlan made;
  const FileOrigin program = made.artifact("program");
  made.action(made.compile(), "one", {program});
  made.action(made.compile(), "two", {program});
  Retrying walk(made);
  walk.absent = "program";
  CHECK(walk.take() == Names{"program", "one", "two", "compile0", "compile1"});
  walk.absent.clear();
  walk.graph.reset(0, walk.results);
  walk.graph.reset(1, walk.results);
  CHECK(walk.take() == Names{"program", "one", "two", "compile0", "compile1"});
  walk.conclude(0);
  walk.conclude(1);
  CHECK(walk.graph.finished());
}

TEST_CASE("what succeeded is not done again, unless nothing failed") {
  HandMadePlan made;
  const std::size_t compile = made.compile();
  made.action(compile, "first");
  made.action(compile, "second");
  Retrying walk(made);
  walk.failing = "second";
  CHECK(walk.take() == Names{"first", "second", "compile0"});
  walk.failing.clear();
  walk.graph.reset(0, walk.results);
  CHECK(walk.take() == Names{"second", "compile0"});
  walk.graph.reset(0, walk.results);
  CHECK(walk.take() == Names{"first", "second", "compile0"});
  walk.conclude(0);
  CHECK(walk.graph.finished());
}

TEST_CASE("what was done before is not done, and what waits for it does not wait") {
  HandMadePlan made;
  const std::size_t compile = made.compile();
  const FileOrigin module = made.action(compile, "shark", {made.artifact("program")});
  made.action(made.run_after(compile), "swim", {module});
  made.plan->steps[0].done_before = true;
  Walk walk(made);
  CHECK(walk.take() == Names{"swim"});
  walk.settle("swim");
  CHECK(walk.take() == Names{"run1"});
}

TEST_CASE("runs are compared when all of them have ended") {
  HandMadePlan made;
  made.action(made.step(Stage::run, std::nullopt), "swim");
  made.action(made.step(Stage::run, std::nullopt), "again");
  const std::size_t repeat = made.step(Stage::repeat, std::nullopt);
  made.plan->steps[repeat].repetitions = {0, 1};
  Walk walk(made);
  CHECK(walk.take() == Names{"swim", "again"});
  walk.settle("again");
  CHECK(walk.take() == Names{"run1"});
  walk.settle("swim");
  CHECK(walk.take() == Names{"run0", "repeat2"});
}

}  // namespace
}  // namespace sharkreg::core
