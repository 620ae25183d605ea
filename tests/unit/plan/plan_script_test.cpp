// SPDX-License-Identifier: Apache-2.0
// The script is run by a shell here, with small scripts in the places of tools and of sharkreg.
#include "plan/plan_script.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "base/files.h"
#include "base/text.h"
#include "fakes.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

// A directory with tools that are shell scripts, and a planning that uses them.
struct ByHand {
  TemporaryDirectory directory =
      TemporaryDirectory::create(fs::temp_directory_path(), "script test-").value();
  Planning planning;

  ByHand() {
    planning.options.artifacts_dir = directory.path() / "artifacts";
    planning.options.output_dir = directory.path() / "outputs";
    planning.options.run_dir = directory.path() / "run";
    tool("compiler", "cp \"$1\" \"$3\"; echo \"variable: ${GIVEN-none} ${HIDDEN-none}\"");
    tool("runner", "cat \"${1#--module=}\" \"$3\" > \"$4\"");
    tool("sharkreg", "shift; echo \"$@\" >> " + shell_quote(path("compared")));
    write("artifacts/shark_fin/fin.mlir", "program;");
    write("artifacts/shark_fin/in.npy", "input;");
    planning.fake->on_compile = [this](const CompileRequest& request) {
      CompilePlan answer = FakeBackend::compile_once(request);
      answer.actions[0].program = path("compiler");
      return answer;
    };
    planning.fake->on_run = [this](const RunRequest& request) {
      RunPlan answer = FakeBackend::run_once(request);
      answer.actions[0].program = path("runner");
      return answer;
    };
  }

  std::string path(const std::string& name) const { return directory.path() / name; }

  void write(const std::string& name, const std::string& content) const {
    REQUIRE(write_file_atomically(path(name), content).has_value());
  }

  void tool(const std::string& name, const std::string& commands) const {
    write(name, "#!/bin/sh\n" + commands + "\n");
    REQUIRE(chmod(path(name).c_str(), 0755) == 0);
  }

  std::string read(const std::string& name) const {
    const auto text = read_file(path(name));
    return text ? *text : "(none)";
  }

  std::string script() {
    return to_script({planning.plan()}, shell_quote(path("sharkreg")),
                     "echo fetched > " + shell_quote(path("fetched")));
  }

  // The exit status of the shell that runs it.
  int run() {
    write("script.sh", script());
    const std::string command = "GIVEN=it HIDDEN=yes sh " + shell_quote(path("script.sh")) + " > " +
                                shell_quote(path("said")) + " 2>&1";
    return WEXITSTATUS(std::system(command.c_str()));
  }
};

TEST_CASE("the script fetches, compiles, runs and compares by hand") {
  ByHand hand;
  const int status = hand.run();
  CHECK_MESSAGE(status == 0, hand.read("said"));
  CHECK(hand.read("fetched") == "fetched\n");
  CHECK(hand.read("outputs/shark_fin_vmfbs/model.vector.bin") == "program;");
  CHECK(hand.read("run/shark_fin/run_vector/output_0.npy") == "program;input;");
  CHECK(hand.read("compared") == hand.path("artifacts/shark_fin/out.npy") + " " +
                                     hand.path("run/shark_fin/run_vector/output_0.npy") +
                                     " --value=4xf32 --comparator=close_enough\n");
}

TEST_CASE("the script stops where a command fails, unless that is expected") {
  ByHand hand;
  hand.tool("compiler", "exit 7");
  CHECK(hand.run() == 7);
  CHECK(hand.read("compared") == "(none)");
  hand.planning.test_case.backends["vector"].compile_failure = Expectation{};
  hand.planning.test_case.backends["vector"].run_failure = Expectation{};
  CHECK(hand.run() == 0);
}

TEST_CASE("actions see only the variables that they list") {
  ByHand hand;
  hand.run();
  CHECK(hand.read("said") == "variable: none none\n");
  const auto compile = hand.planning.fake->on_compile;
  hand.planning.fake->on_compile = [&](const CompileRequest& request) {
    CompilePlan answer = compile(request);
    answer.actions[0].environment = {{"GIVEN", std::nullopt}, {"ABSENT", std::nullopt},
                                     {"HIDDEN", "a 'b' $c"}};
    return answer;
  };
  hand.run();
  CHECK(hand.read("said") == "variable: it a 'b' $c\n");
}

TEST_CASE("what an action prints goes to its file if that is an output") {
  ByHand hand;
  const auto compile = hand.planning.fake->on_compile;
  hand.planning.fake->on_compile = [&](const CompileRequest& request) {
    CompilePlan answer = compile(request);
    answer.actions[0].outputs.push_back({"said", "said.txt"});
    answer.actions[0].standard_output = "said";
    return answer;
  };
  CHECK(hand.run() == 0);
  CHECK(hand.read("run/shark_fin/compile_vector/compile.stdout.log") == "variable: none none\n");
}

TEST_CASE("files of one name are told apart by directories") {
  ByHand hand;
  hand.planning.test_case.inputs = {tensor("/a/in.npy"), tensor("/b/in.npy")};
  hand.write("artifacts/shark_fin/2/in.npy", "other;");
  hand.tool("runner", "cat \"$3\" \"$4\" > \"$5\"");
  CHECK(hand.run() == 0);
  CHECK(hand.read("run/shark_fin/run_vector/output_0.npy") == "input;other;");
}

TEST_CASE("no text of a plugin or a model file becomes a command") {
  ByHand hand;
  const auto compile = hand.planning.fake->on_compile;
  const std::string evil = "harmless\ntouch " + shell_quote(hand.path("bitten"));
  hand.planning.fake->on_compile = [&](const CompileRequest& request) {
    CompilePlan answer = compile(request);
    answer.notes = {{evil, false}};
    answer.actions[0].program_missing = evil;
    answer.actions[0].arguments.emplace_back("$(touch " + hand.path("bitten") + ")");
    return answer;
  };
  hand.planning.fake->on_run = [&](const RunRequest&) -> RunPlan {
    throw Failure(Failure::Kind::invalid, evil);
  };
  hand.planning.test_case.submodel = "fin";
  CHECK(hand.run() == 0);
  CHECK_FALSE(fs::exists(hand.path("bitten")));
  CHECK(contains(hand.script(), "# run-error: harmless\n# touch "));
}

TEST_CASE("what a plugin does itself is told of") {
  ByHand hand;
  const auto compile = hand.planning.fake->on_compile;
  hand.planning.fake->on_compile = [&](const CompileRequest& request) {
    CompilePlan answer = compile(request);
    answer.actions[0].in_process = true;
    return answer;
  };
  CHECK(contains(hand.script(), "# compile: done by the plugin vector itself\n"));
}

}  // namespace
}  // namespace sharkreg::core
