// SPDX-License-Identifier: Apache-2.0
// What a step of Stage::repeat comes to.
#include "judge/judge.h"
#include "tensor_files.h"

namespace sharkreg::core {
namespace {

using Status = ActionResult::Status;

// Several runs of a case, and the step that compares them.
struct Repeated {
  TensorFiles files;
  CasePlan plan;
  CaseResults results;

  explicit Repeated(std::size_t runs, const std::string& format = "npy") {
    PlannedArtifact& expected = plan.artifacts.emplace_back();
    expected.path = files.add("expected.bin", std::string(4, '\0'));
    results.artifacts.push_back({true, std::nullopt, {}});
    for (std::size_t run = 0; run < runs; ++run) add_run(run, format);
    PlannedStep& repeat = plan.steps.emplace_back();
    repeat.stage = Stage::repeat;
    for (std::size_t run = 0; run < runs; ++run) repeat.repetitions.push_back(run);
  }

  void add_run(std::size_t run, const std::string& format) {
    const std::string name = "output" + std::to_string(run) + "." + format;
    PlannedStep& step = plan.steps.emplace_back();
    step.stage = Stage::run;
    step.name = "run #" + std::to_string(run + 1);
    step.actions = {run};
    PlannedComparison comparison;
    comparison.result.name = comparison.result.output = "output_0";
    comparison.result.format = format;
    comparison.expected_value = "2xi16";
    step.comparisons = {comparison};
    PlannedAction& planned = plan.actions.emplace_back();
    planned.step = run;
    planned.output_directory = files.path("");
    planned.action.outputs = {{"output_0", name}};
    results.actions.emplace_back().status = Status::succeeded;
    gives(run, "abcd");
  }

  void gives(std::size_t run, const std::string& bytes) const {
    const std::string name = plan.actions[run].action.outputs.front().file_name;
    files.add(name, name.ends_with("bin") ? bytes : npy("<i2", "(2,)", bytes));
  }

  Judgement judge() {
    const std::vector<ChosenBackend> none;
    Judge judge(none, [](const std::string&) -> Result<std::shared_ptr<Comparator>> {
      return Error{ErrorKind::not_found, "nobody is to be asked", {}};
    });
    return judge.judge(plan, plan.steps.size() - 1, results);
  }
};

TEST_CASE("runs that gave the same pass") {
  for (const char* format : {"npy", "bin"}) {
    const Judgement judgement = Repeated(3, format).judge();
    CHECK(judgement.verdict == Verdict::pass);
    CHECK(judgement.sentence == "3 runs gave the same, bit for bit");
    CHECK(judgement.comparisons.size() == 2);
  }
}

TEST_CASE("runs that did not give the same fail, with how many differ and by how much") {
  for (const char* format : {"npy", "bin"}) {
    Repeated repeated(3, format);
    repeated.gives(2, "abed");  // one number is 2 more
    const Judgement judgement = repeated.judge();
    CHECK(judgement.verdict == Verdict::fail);
    CHECK(contains(judgement.sentence, "not the same each time: output_0 of run #3: 1 of 2"));
    REQUIRE(judgement.comparisons.size() == 2);
    CHECK(judgement.comparisons[0].outcome.kind == ComparisonOutcome::Kind::match);
    CHECK(judgement.comparisons[1].comparator == "bitwise");
    CHECK(judgement.comparisons[1].outcome.comparison->metrics.at("max_absolute_difference") == 2);
  }
}

TEST_CASE("results of different sizes are told apart, whatever was expected") {
  Repeated repeated(2, "bin");
  repeated.gives(0, "abcdef");
  CHECK(repeated.judge().verdict == Verdict::fail);
  Repeated same(2, "bin");
  same.gives(0, "abcdef");
  same.gives(1, "abcdef");
  CHECK(same.judge().verdict == Verdict::pass);
}

TEST_CASE("of the runs only those count that left outputs") {
  Repeated repeated(3);
  repeated.results.actions[0].status = Status::failed;
  const Judgement two = repeated.judge();
  CHECK(two.verdict == Verdict::pass);
  CHECK(two.sentence == "2 runs gave the same, bit for bit");
  repeated.results.actions[2].status = Status::failed;
  CHECK(repeated.judge().verdict == Verdict::blocked);
  repeated.results.actions[2].status = Status::interrupted;
  CHECK(repeated.judge().verdict == Verdict::not_run);
}

TEST_CASE("an output that cannot be read is nobody's number") {
  Repeated repeated(2);
  std::filesystem::remove(repeated.files.path("output1.npy"));
  CHECK(repeated.judge().verdict == Verdict::infrastructure);
}

}  // namespace
}  // namespace sharkreg::core
