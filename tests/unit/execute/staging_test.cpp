// SPDX-License-Identifier: Apache-2.0
// Directories of actions, and where what they leave is placed, on the real file system.
#include "execute/staging.h"

#include <cstdlib>
#include <set>
#include <sys/stat.h>

#include "fakes.h"
#include "plugin_host/worker_request.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

using Names = std::set<std::string>;
using Environment = std::vector<std::pair<std::string, std::string>>;

Names names_in(const fs::path& directory) {
  Names names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    names.insert(entry.path().filename());
  }
  return names;
}

// A compile "shark" with an input "program.mlir" and an output "shark.bin".
struct Compile : HandMadePlan {
  Compile() {
    action(compile(), "shark", {artifact("program.mlir")});
    write(path("artifacts/program.mlir"), "the program");
  }

  PlannedAction& planned() { return plan->actions[0]; }
  Action& described() { return planned().action; }

  bool serial = false;

  Result<StagedAction> try_to_stage(const std::vector<Device>& devices = {}) const {
    return stage(*plan, 0, {devices, serial}, "/fake/worker");
  }

  StagedAction staged(const std::vector<Device>& devices = {}) const {
    auto result = try_to_stage(devices);
    REQUIRE_MESSAGE(result.has_value(), (result ? "" : to_text(result.error())));
    return std::move(*result);
  }

  std::string refusal() const {
    const auto result = try_to_stage();
    REQUIRE(result.has_error());
    CHECK(result.error().kind == ErrorKind::infrastructure);
    return result.error().message;
  }

  // Lets the action leave these files, and places them.
  Result<std::vector<fs::path>> place(const Names& files, bool succeeded = true) const {
    const StagedAction action = staged();
    for (const std::string& file : files) write(action.directory.path() / file, "new " + file);
    return place_outputs(*plan, 0, action, succeeded);
  }
};

TEST_CASE("serial arguments stand behind the others, when they are wanted") {
  Compile made;
  made.described().serial_arguments = {"--one-thread", "--really"};
  CHECK(made.staged().request.arguments == std::vector<std::string>{"shark.bin"});
  made.serial = true;
  CHECK(made.staged().request.arguments ==
        std::vector<std::string>{"shark.bin", "--one-thread", "--really"});
}

TEST_CASE("an action is staged in a fresh directory next to where its outputs go") {
  Compile made;
  const StagedAction first = made.staged();
  const StagedAction second = made.staged();
  CHECK(first.directory.path().parent_path() == made.path("outputs"));
  CHECK(first.directory.path() != second.directory.path());
  CHECK(first.request.working_directory == first.directory.path());
  CHECK(first.request.program == "/fake/shark");
  CHECK(first.request.arguments == std::vector<std::string>{"shark.bin"});
  CHECK(first.request.standard_output == made.path("logs/compile0/shark.stdout.log"));
  CHECK(first.request.standard_error == made.path("logs/compile0/shark.stderr.log"));
  CHECK(fs::is_directory(made.path("logs/compile0")));
}

TEST_CASE("a staged directory is removed with its action") {
  Compile made;
  fs::path directory;
  {
    const StagedAction action = made.staged();
    directory = action.directory.path();
    write(directory / "deep/inside", "x");
  }
  CHECK_FALSE(fs::exists(directory));
  CHECK(content_of(made.path("artifacts/program.mlir")) == "the program");
}

TEST_CASE("inputs are links under their own names to the files themselves") {
  Compile made;
  fs::rename(made.path("artifacts/program.mlir"), made.path("real"));
  fs::create_symlink(made.path("real"), made.path("artifacts/program.mlir"));
  const StagedAction action = made.staged();
  const fs::path link = action.directory.path() / "program.mlir";
  REQUIRE(fs::is_symlink(link));
  CHECK(fs::read_symlink(link) == fs::canonical(made.path("real")));
  CHECK(action.names ==
        std::map<std::string, std::string>{{"program.mlir", made.path("artifacts/program.mlir")}});
}

TEST_CASE("inputs of one name lie in directories") {
  Compile made;
  made.planned().inputs["other"] = made.artifact("deeper/program.mlir");
  write(made.path("artifacts/deeper/program.mlir"), "the other");
  made.described().arguments = {in("in0"), Argument("--other=", in("other"))};
  const StagedAction action = made.staged();
  CHECK(action.request.arguments ==
        std::vector<std::string>{"program.mlir", "--other=other/program.mlir"});
  CHECK(content_of(action.directory.path() / "program.mlir") == "the program");
  CHECK(content_of(action.directory.path() / "other/program.mlir") == "the other");
}

TEST_CASE("inputs that no program could read are found out before it starts") {
  Compile made;
  fs::remove(made.path("artifacts/program.mlir"));
  CHECK(made.refusal() ==
        made.path("artifacts/program.mlir").string() + ": No such file or directory");
  fs::create_directory(made.path("artifacts/program.mlir"));
  CHECK(made.refusal() == made.path("artifacts/program.mlir").string() + " is not a regular file");
  fs::remove(made.path("artifacts/program.mlir"));
  REQUIRE(mkfifo(made.path("artifacts/program.mlir").c_str(), 0600) == 0);
  CHECK(made.refusal() == made.path("artifacts/program.mlir").string() + " is not a regular file");
  CHECK(names_in(made.path("outputs")).empty());
}

TEST_CASE("a missing program is told in the plugin's words, unless the plugin does it itself") {
  Compile made;
  made.described().program_missing = "there is no shark in the sea";
  CHECK(made.refusal() == "there is no shark in the sea");
  made.described().in_process = true;
  CHECK(made.try_to_stage().has_value());
}

TEST_CASE("directories that cannot be made are errors") {
  Compile made;
  write(made.path("outputs"), "a file where a directory should be");
  CHECK(made.try_to_stage().has_error());
  Compile other;
  write(other.path("logs"), "another");
  CHECK(other.try_to_stage().has_error());
}

TEST_CASE("the environment is what the action lists, the host's own where it says so") {
  Compile made;
  setenv("SHARKREG_TEST_GIVEN", "from outside", 1);
  unsetenv("SHARKREG_TEST_ABSENT");
  made.described().environment = {{"A", "1"},
                                  {"SHARKREG_TEST_GIVEN", std::nullopt},
                                  {"SHARKREG_TEST_ABSENT", std::nullopt},
                                  {"EMPTY", ""}};
  CHECK(made.staged().request.environment ==
        Environment{{"A", "1"}, {"SHARKREG_TEST_GIVEN", "from outside"}, {"EMPTY", ""}});
  unsetenv("SHARKREG_TEST_GIVEN");
}

TEST_CASE("a device's variables replace the action's, each once") {
  Compile made;
  made.described().environment = {{"VISIBLE", "all"}, {"OTHER", "x"}};
  Device device;
  device.environment = {{"VISIBLE", "3"}, {"MORE", "y"}};
  CHECK(made.staged({device}).request.environment ==
        Environment{{"OTHER", "x"}, {"VISIBLE", "3"}, {"MORE", "y"}});
}

TEST_CASE("the time limit is the plan's") {
  Compile made;
  made.planned().time_limit = std::chrono::seconds(3);
  CHECK(made.staged().request.time_limit == std::chrono::seconds(3));
}

TEST_CASE("what a plugin does itself is asked of the worker") {
  Compile made;
  made.described().in_process = true;
  made.described().arguments = {Argument("--level=2"), in("in0"), out("shark")};
  made.described().answer_output = "shark";
  made.planned().plugin_library = "/plugins/libvector.so";
  made.planned().plugin_interface = "vector";
  made.planned().configuration.options["vector-level"] = "2";
  const StagedAction action = made.staged();
  CHECK(action.request.program == "/fake/worker");
  REQUIRE(action.request.arguments.size() == 2);
  CHECK(action.request.arguments[0] == "execute");
  const auto request = read_worker_request(action.directory.path() / action.request.arguments[1]);
  REQUIRE(request.has_value());
  CHECK(request->library == "/plugins/libvector.so");
  CHECK(request->interface == SR_BACKEND_ID);
  CHECK(request->name == "vector");
  CHECK(request->configuration.option("vector-level") == "2");
  CHECK(request->request.action == "shark");
  CHECK(request->request.arguments ==
        std::vector<std::string>{"--level=2", "program.mlir", "shark.bin"});
  CHECK(request->request.inputs.at("in0") == "program.mlir");
  CHECK(request->request.outputs.at("shark") == "shark.bin");
  CHECK(request->answer == "shark.bin");
}

TEST_CASE("the request to the worker is no output") {
  Compile made;
  made.described().in_process = true;
  REQUIRE(made.place({"shark.bin"}).has_value());
  CHECK(names_in(made.path("outputs")) == Names{"shark.bin"});
}

TEST_CASE("outputs replace those of earlier runs") {
  Compile made;
  write(made.path("outputs/shark.bin"), "old");
  const auto placed = made.place({"shark.bin"});
  REQUIRE(placed.has_value());
  CHECK(*placed == std::vector{made.path("outputs/shark.bin")});
  CHECK(content_of(made.path("outputs/shark.bin")) == "new shark.bin");
}

TEST_CASE("an output that was not written, or is no file, is trouble") {
  Compile made;
  auto placed = made.place({});
  REQUIRE(placed.has_error());
  CHECK(placed.error().kind == ErrorKind::infrastructure);
  CHECK(placed.error().message == "shark exited with status 0 without writing shark.bin");
  CHECK_FALSE(placed.error().hint.empty());
  placed = made.place({"shark.bin/inside"});
  CHECK(placed.has_error());
}

TEST_CASE("after a failure no output is left, not even an old one") {
  Compile made;
  write(made.path("outputs/shark.bin"), "old");
  const auto placed = made.place({"shark.bin", "notes.txt"}, false);
  REQUIRE(placed.has_value());
  CHECK(*placed == std::vector{made.path("outputs/notes.compile0.txt")});
  CHECK_FALSE(fs::exists(made.path("outputs/shark.bin")));
  CHECK(content_of(made.path("outputs/notes.txt")) == "new notes.txt");
}

TEST_CASE("side files carry their action's tag, and the plain name leads to the last") {
  Compile made;
  const auto placed = made.place({"shark.bin", "notes.txt", "dump"});
  REQUIRE(placed.has_value());
  CHECK(*placed == std::vector{made.path("outputs/shark.bin"), made.path("outputs/dump.compile0"),
                               made.path("outputs/notes.compile0.txt")});
  const fs::path link = made.path("outputs/notes.txt");
  REQUIRE(fs::is_symlink(link));
  CHECK(fs::read_symlink(link) == "notes.compile0.txt");

  made.planned().side_file_tag = "compile1";
  REQUIRE(made.place({"shark.bin", "notes.txt"}).has_value());
  CHECK(fs::read_symlink(link) == "notes.compile1.txt");
  CHECK(content_of(made.path("outputs/notes.compile0.txt")) == "new notes.txt");
}

TEST_CASE("directories are side files too, and replace what was there") {
  Compile made;
  write(made.path("outputs/dumps.compile0/old"), "old");
  REQUIRE(made.place({"shark.bin", "dumps/one", "dumps/deep/two"}).has_value());
  CHECK(content_of(made.path("outputs/dumps/deep/two")) == "new dumps/deep/two");
  CHECK_FALSE(fs::exists(made.path("outputs/dumps.compile0/old")));
}

TEST_CASE("what an action prints is no file that it has to leave") {
  Compile made;
  made.described().outputs.push_back({"said", "said.txt"});
  made.described().standard_output = "said";
  const auto placed = made.place({"shark.bin"});
  REQUIRE(placed.has_value());
  CHECK(placed->size() == 1);
}

TEST_CASE("an input that the action overwrote is not taken for an output") {
  Compile made;
  const StagedAction action = made.staged();
  fs::remove(action.directory.path() / "program.mlir");
  write(action.directory.path() / "program.mlir", "changed");
  write(action.directory.path() / "shark.bin", "new");
  REQUIRE(place_outputs(*made.plan, 0, action, true).has_value());
  CHECK(names_in(made.path("outputs")) ==
        Names{"shark.bin", action.directory.path().filename().string()});
}

TEST_CASE("a directory that the action removed is trouble, not the end of the host") {
  Compile made;
  const StagedAction action = made.staged();
  fs::remove_all(action.directory.path());
  CHECK(place_outputs(*made.plan, 0, action, true).has_error());
  CHECK(place_outputs(*made.plan, 0, action, false).has_value());
}

}  // namespace
}  // namespace sharkreg::core
