// SPDX-License-Identifier: Apache-2.0
// From results of steps to verdicts, with a backend and comparators that say what a test tells them.
#include "judge/judge.h"

#include <signal.h>

#include <doctest/doctest.h>

#include <sharkreg/failure.h>

#include "plugin_host/worker_request.h"
#include "tensor_files.h"

namespace sharkreg::core {
namespace {

using Status = ActionResult::Status;
using End = LaunchResult::End;
using Texts = std::vector<std::string>;

class SayingBackend final : public Backend {
 public:
  std::function<Classification(const FailureReport&)> on_classify;
  FailureReport last;

  BackendDescription describe() const override { return {}; }
  Probe probe(const ProbeRequest&) override { return {}; }
  CompilePlan plan_compile(const CompileRequest&) override { return {}; }
  RunPlan plan_run(const RunRequest&) override { return {}; }
  Classification classify(const FailureReport& report) override {
    last = report;
    return on_classify(report);
  }
};

// Bytes must be equal.
class Bitwise final : public Comparator {
 public:
  ComparatorDescription describe() const override { return {}; }
  Comparison compare(const TensorView& expected, const TensorView& actual,
                     const Texts& arguments) override {
    if (!arguments.empty()) throw Failure(Failure::Kind::invalid, "takes no " + arguments.front());
    Comparison result;
    result.match = std::memcmp(expected.data, actual.data, expected.byte_size) == 0;
    if (!result.match) result.message = "bytes differ";
    return result;
  }
};

// A compile and a run of a case that both went well; tests spoil what they are about.
struct Court {
  TensorFiles files;
  CasePlan plan;
  CaseResults results;
  std::shared_ptr<SayingBackend> backend = std::make_shared<SayingBackend>();
  std::vector<ChosenBackend> backends;

  Court() {
    ChosenBackend chosen;
    chosen.name = "vector";
    chosen.backend = backend;
    backends.push_back(chosen);
    plan.model = "shark";
    plan.submodel = "fin";
    plan.file = "/suite/fin.json";
    add_step(Stage::compile, "compile");
    add_step(Stage::run, "run");
    plan.steps[1].compile_step = 0;
  }

  void add_step(Stage stage, const std::string& name) {
    const std::size_t index = plan.steps.size();
    PlannedStep& step = plan.steps.emplace_back();
    step.stage = stage;
    step.name = name + " vector";
    step.backend = "vector";
    step.target = "v1";
    step.actions = {index};
    PlannedAction& planned = plan.actions.emplace_back();
    planned.step = index;
    planned.action.name = name;
    planned.output_directory = files.path("");

    ActionResult& result = results.actions.emplace_back();
    result.status = Status::succeeded;
    result.request = LaunchRequest{};
    result.request->program = "/tools/" + name;
    result.request->working_directory = "/work/x1";
    result.request->standard_output = files.add(name + ".stdout.log", "");
    result.request->standard_error = files.add(name + ".stderr.log", "");
    result.launch = LaunchResult{};
  }

  ActionResult& run_result() { return results.actions[1]; }

  // The run ended in this way, and said so.
  void failed(End end, int status = 1, const std::string& said = "no water\n") {
    run_result().status = Status::failed;
    run_result().launch->end = end;
    run_result().launch->exit_status = status;
    files.add("run.stderr.log", said);
  }

  void classified(FailureKind kind, const std::string& sentence = "there is no water") {
    failed(End::exited);
    backend->on_classify = [=](const FailureReport&) { return Classification{kind, sentence}; };
  }

  // The run wrote a result that is to be compared.
  void compared(const std::string& expected, const std::string& actual,
                const std::string& comparator = "bitwise") {
    const std::size_t index = plan.steps[1].comparisons.size();
    const std::string name = "output_" + std::to_string(index);
    const std::string file = "expected_" + std::to_string(index) + ".npy";
    if (!expected.empty()) files.add(file, npy("|i1", "(4,)", expected));
    if (!actual.empty()) files.add(name + ".npy", npy("|i1", "(4,)", actual));
    PlannedArtifact artifact;
    artifact.path = files.path(file);
    plan.artifacts.push_back(artifact);
    results.artifacts.push_back({true, std::nullopt, {}});
    plan.steps[1].artifacts.push_back(plan.artifacts.size() - 1);
    plan.actions[1].action.outputs.push_back({name, name + ".npy"});
    PlannedComparison comparison;
    comparison.result.name = comparison.result.output = name;
    comparison.result.format = "npy";
    comparison.result.comparator = comparator;
    comparison.result.index = static_cast<std::int64_t>(index);
    comparison.expected_artifact = plan.artifacts.size() - 1;
    plan.steps[1].comparisons.push_back(comparison);
  }

  Judgement judge(std::size_t step = 1) {
    Judge judge(backends, [](const std::string& name) -> Result<std::shared_ptr<Comparator>> {
      if (name == "bitwise") return std::shared_ptr<Comparator>(std::make_shared<Bitwise>());
      return Error{ErrorKind::not_found, "there is no comparator " + name, "name another"};
    });
    return judge.judge(plan, step, results);
  }
};

TEST_CASE("a step whose actions succeeded passes") {
  Court court;
  CHECK(court.judge(0).verdict == Verdict::pass);
  const Judgement run = court.judge();
  CHECK(run.verdict == Verdict::pass);
  CHECK(run.sentence == "");
  CHECK(run.notes.empty());
}

TEST_CASE("notes of the plan and of artifacts are kept, whatever the verdict is") {
  Court court;
  court.plan.steps[1].notes = {{"dropped --old", true}};
  court.compared("abcd", "abcd");
  court.results.artifacts[0].note = "was there already";
  CHECK(court.judge().notes == Texts{"dropped --old", "was there already"});
  court.failed(End::timed_out);
  CHECK(court.judge().notes == Texts{"dropped --old", "was there already"});
}

TEST_CASE("an artifact that could not be provided is infrastructure") {
  Court court;
  court.compared("abcd", "abcd");
  court.plan.artifacts[0].source.text = "data/expected.npy";
  court.results.artifacts[0].error = Error{ErrorKind::not_found, "no such file", "look again"};
  court.run_result().status = Status::not_started;
  const Judgement judgement = court.judge();
  CHECK(judgement.verdict == Verdict::infrastructure);
  CHECK(judgement.sentence == "cannot provide data/expected.npy: no such file");
  CHECK(judgement.hint == "look again");
}

TEST_CASE("what was interrupted is not run") {
  Court court;
  court.run_result().status = Status::interrupted;
  CHECK(court.judge().verdict == Verdict::not_run);
  Court fetching;
  fetching.compared("abcd", "abcd");
  fetching.results.artifacts[0].error = Error{ErrorKind::interrupted, "interrupted", {}};
  CHECK(fetching.judge().verdict == Verdict::not_run);
  CHECK(fetching.judge().hint == "");
  Court stopped;
  stopped.failed(End::terminated);
  CHECK(stopped.judge().verdict == Verdict::not_run);
}

TEST_CASE("a run whose compile did not succeed is blocked, and names it") {
  Court court;
  court.results.actions[0].status = Status::failed;
  court.run_result() = ActionResult{};
  court.run_result().status = Status::not_started;
  const Judgement judgement = court.judge();
  CHECK(judgement.verdict == Verdict::blocked);
  CHECK(judgement.sentence == "compile vector did not succeed");
}

TEST_CASE("trouble of the host is infrastructure, in its own words") {
  Court court;
  court.run_result() = ActionResult{};
  court.run_result().status = Status::failed;
  court.run_result().trouble = Error{ErrorKind::infrastructure, "no tool", "install it"};
  const Judgement judgement = court.judge();
  CHECK(judgement.verdict == Verdict::infrastructure);
  CHECK(judgement.sentence == "no tool");
  CHECK(judgement.hint == "install it");
}

TEST_CASE("a program that did not exit by itself is judged by how it ended") {
  const std::vector<std::pair<End, Verdict>> all = {
      {End::timed_out, Verdict::timeout},
      {End::cpu_limited, Verdict::timeout},
      {End::memory_limited, Verdict::infrastructure},
      {End::output_limited, Verdict::infrastructure},
      {End::signalled, Verdict::crash},
      {End::start_failed, Verdict::infrastructure},
      {End::supervisor_lost, Verdict::infrastructure},
  };
  for (const auto& [end, verdict] : all) {
    Court court;
    court.failed(end);
    const Judgement judgement = court.judge();
    CHECK(judgement.verdict == verdict);
    CHECK(judgement.sentence.starts_with("run "));  // the program's name
    CHECK(judgement.log == court.files.path("run.stderr.log"));
    CHECK(judgement.details == Texts{"no water"});
  }
}

TEST_CASE("a death that a limit or the machine's want of memory explains is infrastructure") {
  Court court;
  court.failed(End::signalled);
  court.run_result().launch->signal = SIGXFSZ;
  CHECK(court.judge().verdict == Verdict::crash);
  court.run_result().request->limits.file_bytes = 1 << 20;
  CHECK(court.judge().verdict == Verdict::infrastructure);
  CHECK(court.judge().sentence.find("file size limit of 1 MiB") != std::string::npos);
  court.plan.actions[1].action.in_process = true;
  CHECK(court.judge().hint == "");  // not the plugin's fault

  Court poor;
  poor.failed(End::signalled);
  poor.run_result().launch->signal = SIGKILL;
  poor.run_result().launch->out_of_memory = true;
  CHECK(poor.judge().verdict == Verdict::infrastructure);
  CHECK(poor.judge().sentence ==
        "run was killed by SIGKILL while the kernel ended processes of this machine for want of "
        "memory");
}

TEST_CASE("what was left out of a log is told, whatever the verdict") {
  Court court;
  court.run_result().launch->output_left_out = 1000;
  court.run_result().launch->errors_left_out = 1;
  const Texts notes{"it printed so much that 1001 bytes were left out of its log (--output-limit)"};
  CHECK(court.judge().notes == notes);
  court.failed(End::timed_out);
  CHECK(court.judge().notes == notes);
}

TEST_CASE("the backend says whether an action without progress hangs, and what that means") {
  Court court;
  court.plan.actions[1].action.device_count = 1;
  const StallReport stall{std::chrono::seconds(120), std::chrono::seconds(130),
                          std::chrono::seconds(2)};
  const auto asked = [&](std::optional<bool> hung) {
    court.backend->on_classify = [=](const FailureReport&) {
      return Classification{FailureKind::timeout, "the tide does not turn", hung};
    };
    return Judge(court.backends, {}).hangs(court.plan, 1, court.run_result(), stall);
  };
  CHECK(asked(true));
  CHECK_FALSE(asked(false));
  CHECK_FALSE(asked(std::nullopt));  // of a plugin that knows no stalls
  const FailureReport& report = court.backend->last;
  REQUIRE(report.stall);
  CHECK(report.stall->quiet_seconds == 120);
  CHECK(report.stall->wall_seconds == 130);
  CHECK(report.stall->cpu_seconds == 2);
  CHECK(report.stall->holds_device);
  CHECK(report.action == "run");
  court.backend->on_classify = [](const FailureReport&) -> Classification {
    throw Failure(Failure::Kind::failed, "it is beyond me");
  };
  CHECK_FALSE(Judge(court.backends, {}).hangs(court.plan, 1, court.run_result(), stall));

  court.failed(End::hung);
  court.run_result().launch->stall = stall;
  CHECK(court.judge().verdict == Verdict::infrastructure);
  CHECK(court.judge().sentence ==
        "/tools/run hung and was stopped after 2 min 0 s without progress, and the backend cannot "
        "say why: it is beyond me");
  asked(true);
  CHECK(court.judge().verdict == Verdict::timeout);
  CHECK(court.judge().sentence == "the tide does not turn");
  CHECK(court.backend->last.stall);
}

TEST_CASE("a plugin that breaks the process of its own action is judged as the plugin's defect") {
  Court court;
  court.plan.actions[1].action.in_process = true;
  court.plan.actions[1].plugin_interface = "vector";
  court.failed(End::signalled);
  Judgement judgement = court.judge();
  CHECK(judgement.verdict == Verdict::infrastructure);
  CHECK(judgement.sentence.starts_with(
      "vector: the process in which this plugin did its action \"run\" was killed by"));
  court.failed(End::exited, 4);
  CHECK(court.judge().verdict == Verdict::infrastructure);
  court.failed(End::timed_out);
  CHECK(court.judge().verdict == Verdict::timeout);
  court.classified(FailureKind::run_error);
  CHECK(court.judge().verdict == Verdict::run_error);
}

TEST_CASE("a program that exited is judged by its backend") {
  const std::vector<std::pair<FailureKind, Verdict>> all = {
      {FailureKind::compile_error, Verdict::compile_error},
      {FailureKind::run_error, Verdict::run_error},
      {FailureKind::wrong_result, Verdict::fail},
      {FailureKind::unavailable, Verdict::unavailable},
      {FailureKind::infrastructure, Verdict::infrastructure},
  };
  for (const auto& [kind, verdict] : all) {
    Court court;
    court.classified(kind);
    CHECK(court.judge().verdict == verdict);
    CHECK(court.judge().sentence == "there is no water");
    court.backends[0].required = true;
    CHECK(court.judge().verdict ==
          (kind == FailureKind::unavailable ? Verdict::infrastructure : verdict));
  }
}

TEST_CASE("the backend is told what the tool said, by the paths that the user knows") {
  Court court;
  court.classified(FailureKind::run_error);
  court.run_result().launch->exit_status = 7;
  court.run_result().names = {{"fin.mlir", "/art/fin.mlir"}};
  court.files.add("run.stderr.log", "/work/x1/fin.mlir:3: error: no water\n");
  court.files.add("run.stdout.log", "reading fin.mlir\n");
  const Judgement judgement = court.judge();
  const FailureReport& report = court.backend->last;
  CHECK_FALSE(report.compiling);
  CHECK(report.action == "run");
  CHECK(report.target == "v1");
  CHECK(report.exit_status == 7);
  CHECK(report.standard_error == "/art/fin.mlir:3: error: no water\n");
  CHECK(report.standard_output == "reading /art/fin.mlir\n");
  CHECK(judgement.details == Texts{"/art/fin.mlir:3: error: no water"});
}

TEST_CASE("a backend that cannot say why, or says nothing, is no reason to say nothing") {
  Court court;
  court.failed(End::exited, 3);
  court.backend->on_classify = [](const FailureReport&) -> Classification {
    throw Failure(Failure::Kind::failed, "it is beyond me");
  };
  CHECK(court.judge().verdict == Verdict::infrastructure);
  CHECK(court.judge().sentence ==
        "/tools/run exited with status 3, and the backend cannot say why: it is beyond me");
  court.classified(FailureKind::run_error, "");
  CHECK(court.judge().sentence == "run exited with status 1");
}

TEST_CASE("the log is what holds something") {
  Court court;
  court.failed(End::timed_out, 0, "");
  court.files.add("run.stdout.log", "first\n\n  \nsecond\n");
  const Judgement judgement = court.judge();
  CHECK(judgement.log == court.files.path("run.stdout.log"));
  CHECK(judgement.details == Texts{"first", "second"});
}

TEST_CASE("details are the first lines, and never endless") {
  Court court;
  std::string said;
  for (int line = 0; line < 20; ++line) said += "line " + std::to_string(line) + "\n";
  court.failed(End::timed_out, 0, said);
  CHECK(court.judge().details.size() == 8);
  CHECK(court.judge().details.back() == "line 7");

  // Cut between characters, each of which is two bytes here.
  std::string wide;
  for (int index = 0; index < 30000; ++index) wide += "ö";
  court.failed(End::timed_out, 0, "x" + wide);
  const Texts details = court.judge().details;
  REQUIRE(details.size() == 1);
  CHECK(details[0].size() < 510);
  CHECK(details[0].ends_with("ö…"));
}

TEST_CASE("an expected failure with a costly pattern neither ends the program nor takes for ever") {
  Court court;
  court.classified(FailureKind::run_error);
  court.files.add("run.stderr.log", std::string(60000, 'a') + "\n");
  court.plan.steps[1].expectation = Expectation{"", "(a|aa)+b$", "", ""};
  CHECK(court.judge().verdict == Verdict::run_error);
}

TEST_CASE("an empty file that a failed action read is pointed at") {
  Court court;
  court.compared("abcd", "abcd");
  court.files.add("expected_0.npy", "");
  court.failed(End::timed_out);
  CHECK(court.judge().hint == court.files.path("expected_0.npy").string() + " is empty");
}

TEST_CASE("an error that was printed without failing is noted") {
  Court court;
  court.run_result().names = {{"fin.mlir", "/art/fin.mlir"}};
  court.files.add("run.stderr.log", "fine so far\nfin.mlir: error: odd fin\nerror: more\n");
  const Judgement judgement = court.judge();
  CHECK(judgement.verdict == Verdict::pass);
  CHECK(judgement.notes == Texts{"it exited with status 0, but printed an error: /art/fin.mlir: "
                                 "error: odd fin"});
}

TEST_CASE("results that match pass, those that do not fail") {
  Court court;
  court.compared("abcd", "abcd");
  const Judgement match = court.judge();
  CHECK(match.verdict == Verdict::pass);
  REQUIRE(match.comparisons.size() == 1);
  CHECK(match.comparisons[0].name == "output_0");
  CHECK(match.comparisons[0].comparator == "bitwise");
  CHECK(match.comparisons[0].expected_file == court.files.path("expected_0.npy"));
  CHECK(match.comparisons[0].actual_file == court.files.path("output_0.npy"));
  CHECK(match.comparisons[0].outcome.kind == ComparisonOutcome::Kind::match);

  court.compared("abcd", "abxd");
  const Judgement mismatch = court.judge();
  CHECK(mismatch.verdict == Verdict::fail);
  CHECK(mismatch.sentence == "output_1: bytes differ");
  CHECK(mismatch.comparisons.size() == 2);
}

TEST_CASE("several that do not match are counted, the first is told") {
  Court court;
  court.compared("abcd", "xbcd");
  court.compared("abcd", "abcd");
  court.compared("abcd", "abcx");
  const Judgement judgement = court.judge();
  CHECK(judgement.verdict == Verdict::fail);
  CHECK(judgement.sentence == "output_0: bytes differ (2 of 3 outputs do not match)");
}

TEST_CASE("another shape or type fails") {
  Court court;
  court.compared("abcd", "abcd");
  court.files.add("output_0.npy", npy("|i1", "(2, 2)", "abcd"));
  CHECK(court.judge().verdict == Verdict::fail);
}

TEST_CASE("an expected file that contradicts the model file is invalid") {
  Court court;
  court.compared("abcd", "abcd");
  court.plan.steps[1].comparisons[0].expected_value = "5xi8";
  CHECK(court.judge().verdict == Verdict::invalid);
}

TEST_CASE("arguments that the comparator does not understand are invalid") {
  Court court;
  court.compared("abcd", "abcd");
  court.plan.steps[1].comparisons[0].result.arguments = {"--teeth"};
  CHECK(court.judge().verdict == Verdict::invalid);
}

TEST_CASE("a result or a comparator that is missing is infrastructure") {
  Court court;
  court.compared("abcd", "");
  CHECK(court.judge().verdict == Verdict::infrastructure);
  Court other;
  other.compared("abcd", "abcd", "gut feeling");
  const Judgement judgement = other.judge();
  CHECK(judgement.verdict == Verdict::infrastructure);
  CHECK(judgement.sentence == "output_0: there is no comparator gut feeling");
  CHECK(judgement.hint == "name another");
}

TEST_CASE("raw results have the type that the program declares") {
  Court court;
  court.compared("abcd", "abcd");
  court.files.add("output_0.npy", "abcd");  // without a header
  court.plan.steps[1].comparisons[0].result.format = "bin";
  court.plan.steps[1].declarations = "types";
  court.plan.actions[1].action.outputs.push_back({"types", "types.json"});
  court.files.add("types.json", to_json(ExecuteAnswer{{{"i8", {4}}}}));
  CHECK(court.judge().verdict == Verdict::pass);
  court.files.add("types.json", to_json(ExecuteAnswer{{{"i8", {2, 2}}}}));
  CHECK(court.judge().verdict == Verdict::fail);
  court.files.add("types.json", "{");
  CHECK(court.judge().verdict == Verdict::infrastructure);
}

TEST_CASE("an expectation is held against what came of the step") {
  Court court;
  court.plan.steps[1].expectation = Expectation{};
  CHECK(court.judge().verdict == Verdict::xpass);
  court.compared("abcd", "abxd");
  CHECK(court.judge().verdict == Verdict::xfail);
  court.run_result().status = Status::not_started;
  CHECK(court.judge().verdict == Verdict::blocked);
}

}  // namespace
}  // namespace sharkreg::core
