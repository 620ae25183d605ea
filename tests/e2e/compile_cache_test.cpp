// SPDX-License-Identifier: Apache-2.0
// What is compiled once is not compiled again: with stub tools, so that it can be counted.
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "nginx.h"
#include "scripted_server.h"
#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

// A compiler whose module is its arguments and what the file says that lies beside it; it warns,
// and leaves a file that nobody declared.
constexpr std::string_view compiler = R"(#!/bin/sh
[ "$1" = -o ] || exit 0  # it is asked for its flags
echo "$*" >> "$(dirname "$0")/../compiles"
output="$2"
{ echo "module of $*"; cat "$3"; } > "$output"
echo "counts" > info.json
echo "$3:1: warning: a stub compiled it" >&2
)";

struct Pond {
  Sandbox box;

  Pond() {
    box.write_stub_tools();
    box.write_program("tools/iree-compile", compiler);
    box.write_model("m", "a", R"({"mlir": "program.mlir", "run_function": "f"})");
  }

  Arguments arguments(const Arguments& more) const {
    Arguments all{"--tests-dir", box.tests(), "--model=m",
                  "--tools-dir", box.tools(), "--backend=cpu"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Ended run(const Arguments& more = {}) const { return box.run(arguments(more)); }

  std::size_t compiles() const {
    return fs::exists(box.root() / "compiles") ? count_of(content_of(box.root() / "compiles"), "\n")
                                               : 0;
  }
  core::StepFinished compile() const { return step_of(box.events(), "m/a", "compile cpu"); }
  fs::path module() const { return box.cache() / "outputs/m_a_vmfbs/model.cpu.vmfb"; }

  // All files of the store's blobs.
  std::vector<fs::path> blobs() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(box.cache() / "store/blobs")) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    return files;
  }
};

bool has_note(const core::StepFinished& step, std::string_view part) {
  for (const std::string& note : step.notes) {
    if (contains(note, part)) return true;
  }
  return false;
}

fs::path module_of(const core::StepFinished& step) {
  REQUIRE_FALSE(step.outputs.empty());
  return step.outputs.front();
}

TEST_CASE("compile cache: a hit gives the same bytes and messages, and is marked everywhere") {
  Pond pond;
  REQUIRE(pond.run().exit_status == 0);
  const core::StepFinished first = pond.compile();
  CHECK_FALSE(first.cached);
  REQUIRE(first.outputs.size() == 2);
  const std::string module = content_of(first.outputs[0]);
  const std::string side_file = content_of(first.outputs[1]);
  const std::string log = content_of(first.actions.at(0).standard_error);
  CHECK(contains(log, "a stub compiled it"));
  for (const std::string& output : first.outputs) fs::remove(output);

  const Ended again = pond.run({"--junit=report.xml", "--summary=summary.md", "--color=never"});
  CHECK(again.exit_status == 0);
  CHECK(pond.compiles() == 1);
  const core::StepFinished second = pond.compile();
  CHECK(second.cached);
  CHECK(second.outputs == first.outputs);
  CHECK(content_of(second.outputs[0]) == module);
  CHECK(content_of(second.outputs[1]) == side_file);
  CHECK(content_of(fs::path(second.outputs[1]).parent_path() / "info.json") == side_file);
  CHECK(second.actions.at(0).standard_error != first.actions.at(0).standard_error);
  CHECK(content_of(second.actions.at(0).standard_error) == log);
  REQUIRE(second.actions.at(0).cached.has_value());
  CHECK(second.actions.at(0).cached->seconds == doctest::Approx(first.actions.at(0).seconds));
  CHECK(second.actions.at(0).exit_status == 0);
  CHECK(contains(again.out, "PASS  m/a  compile cpu  cached"));
  CHECK(contains(again.out, "pass cached"));
  CHECK(contains(content_of(pond.box.work() / "report.xml"), "<system-out>cached</system-out>"));
  CHECK(contains(content_of(pond.box.work() / "summary.md"), "pass cached"));
  CHECK_FALSE(step_of(pond.box.events(), "m/a", "run cpu").cached);

  // A user may write to what was placed.
  std::ofstream(second.outputs[0]) << "edited";
  REQUIRE(pond.run().exit_status == 0);
  CHECK(content_of(second.outputs[0]) == module);
  CHECK(pond.compiles() == 1);
}

TEST_CASE("compile cache: content counts, not time or place, and --explain says what changed") {
  Pond pond;
  REQUIRE(pond.run().exit_status == 0);
  const fs::path program = pond.box.tests() / "m/program.mlir";
  fs::last_write_time(program, fs::last_write_time(program) - std::chrono::hours(30));
  REQUIRE(pond.run().exit_status == 0);
  CHECK(pond.compiles() == 1);

  fs::rename(pond.box.tests(), pond.box.root() / "moved");
  Arguments moved = pond.arguments({});
  moved[1] = (pond.box.root() / "moved").string();
  REQUIRE(pond.box.run(moved).exit_status == 0);
  CHECK(pond.compile().cached);
  fs::rename(pond.box.root() / "moved", pond.box.tests());

  const auto explained = [&](const Arguments& more, std::string_view what) {
    Arguments all = more;
    all.push_back("--explain");
    const Ended ended = pond.run(all);
    CHECK(ended.exit_status == 0);
    CHECK_FALSE(pond.compile().cached);
    INFO(ended.out);
    CHECK(has_note(pond.compile(), what));
    CHECK(contains(ended.out, what));
  };
  pond.box.write("tests/m/program.mlir", "module { }\n");
  explained({}, "cache miss: input program.mlir changed");
  explained({"--compile-arg=--x"}, "cache miss: flag added: --x");
  explained({"--compile-arg=--x=2"}, "cache miss: flag changed: --x → --x=2");
  pond.box.write_program("tools/iree-compile", std::string(compiler) + "\n# another\n");
  explained({}, "cache miss: iree-compile changed");
  pond.box.environment["LD_LIBRARY_PATH"] = "/nowhere";
  explained({}, "cache miss: environment LD_LIBRARY_PATH added");
  CHECK(pond.compiles() == 6);
}

TEST_CASE("compile cache: --cache says what is done, and --no-cache leaves it alone") {
  Pond pond;
  REQUIRE(pond.run({"--no-cache"}).exit_status == 0);
  REQUIRE(pond.run({"--cache=read"}).exit_status == 0);
  REQUIRE(pond.run({"--cache=off"}).exit_status == 0);
  CHECK(pond.compiles() == 3);
  REQUIRE(pond.run({"--cache=refresh"}).exit_status == 0);
  REQUIRE(pond.run({"--cache=refresh"}).exit_status == 0);
  CHECK(pond.compiles() == 5);
  REQUIRE(pond.run({"--cache=read"}).exit_status == 0);
  CHECK(pond.compiles() == 5);
  pond.box.environment["SHARKREG_CACHE"] = "off";
  REQUIRE(pond.run().exit_status == 0);
  CHECK(pond.compiles() == 6);
}

TEST_CASE(
    "compile cache: a flag that writes by an absolute path is not cached, and a note says why") {
  Pond pond;
  const std::string flag = "--compile-arg=--dump-to=" + (pond.box.root() / "dump").string();
  for (int round = 1; round <= 2; ++round) {
    REQUIRE(pond.run({flag}).exit_status == 0);
    CHECK(pond.compiles() == static_cast<std::size_t>(round));
    CHECK(has_note(pond.compile(), "not cached: --dump-to="));
  }
  // A file that a flag names counts by its content.
  const fs::path spec = pond.box.write("spec.mlir", "one");
  const std::string reading = "--compile-arg=--spec=" + spec.string();
  REQUIRE(pond.run({reading}).exit_status == 0);
  REQUIRE(pond.run({reading}).exit_status == 0);
  CHECK(pond.compile().cached);
  pond.box.write("spec.mlir", "two");
  REQUIRE(pond.run({reading, "--explain"}).exit_status == 0);
  CHECK(has_note(pond.compile(), "file spec.mlir changed"));
}

TEST_CASE("compile cache: a damaged or missing file is a miss, and what comes is right") {
  Pond pond;
  REQUIRE(pond.run().exit_status == 0);
  const std::string module = content_of(module_of(pond.compile()));
  SUBCASE("damaged") {
    for (const fs::path& blob : pond.blobs()) {
      fs::permissions(blob, fs::perms(0644));
      std::ofstream(blob, std::ios::app) << "x";
    }
  }
  SUBCASE("gone") {
    for (const fs::path& blob : pond.blobs()) fs::remove(blob);
  }
  SUBCASE("the index is no database") {
    for (const char* end : {"", "-wal", "-shm"}) {
      const fs::path file = pond.box.cache() / ("store/index.sqlite" + std::string(end));
      if (fs::exists(file))
        std::ofstream(file) << "this is no database, but long enough to be read";
    }
    const Ended ended = pond.run();
    CHECK(ended.exit_status == 0);
    CHECK(contains(ended.out, "there is no compile cache"));
    CHECK(content_of(module_of(pond.compile())) == module);
    return;
  }
  SUBCASE("damaged, when all is verified") {
    for (const fs::path& blob : pond.blobs()) {
      fs::permissions(blob, fs::perms(0644));
      std::ofstream(blob, std::ios::app) << "x";
    }
    CHECK(pond.run({"--verify-cache=100"}).exit_status == 0);
    CHECK(pond.compile().findings.empty());
    CHECK(has_note(pond.compile(), "gone or damaged"));
    CHECK(content_of(module_of(pond.compile())) == module);
    return;
  }
  CHECK(pond.run().exit_status == 0);
  CHECK(pond.compiles() == 2);
  CHECK_FALSE(pond.compile().cached);
  CHECK(content_of(module_of(pond.compile())) == module);
  CHECK(pond.run().exit_status == 0);
  CHECK(pond.compiles() == 2);
  CHECK(content_of(module_of(pond.compile())) == module);
}

TEST_CASE("compile cache: a failure is not cached") {
  Pond pond;
  pond.box.write_program("tools/iree-compile",
                         "#!/bin/sh\n[ \"$1\" = -o ] || exit 0\n"
                         "echo x >> \"$(dirname \"$0\")/../compiles\"\nexit 1\n");
  CHECK(pond.run().exit_status == 1);
  CHECK(pond.run().exit_status == 1);
  CHECK(pond.compiles() == 2);
}

TEST_CASE("compile cache: a compiler that does not always give the same is found out") {
  Pond pond;
  pond.box.write_program("tools/iree-compile", std::string(compiler) + "date +%N >> \"$output\"\n");
  REQUIRE(pond.run().exit_status == 0);
  const Ended found = pond.run({"--verify-cache=100", "--junit=report.xml"});
  CHECK(found.exit_status == 1);
  const core::StepFinished step = pond.compile();
  CHECK(step.verdict == core::Verdict::pass);
  CHECK_FALSE(step.cached);
  REQUIRE(step.findings.size() == 1);
  CHECK(contains(step.findings[0], "not deterministic"));
  CHECK(contains(step.findings[0], "1 of 2 files differs: model.cpu.vmfb, first at byte"));
  CHECK(contains(found.out, "FINDING"));
  CHECK(contains(found.out, "1 finding"));
  CHECK(finish_of(pond.box.events()).findings == 1);
  CHECK(contains(content_of(pond.box.work() / "report.xml"), "type=\"finding\""));
  const fs::path aside =
      fs::path(step.actions.at(0).standard_error).parent_path() / "not_deterministic_compile";
  CHECK(content_of(aside / "cached/model.cpu.vmfb") !=
        content_of(aside / "made_again/model.cpu.vmfb"));

  pond.box.write_program("tools/iree-compile", compiler);
  REQUIRE(pond.run().exit_status == 0);
  const std::size_t before = pond.compiles();
  CHECK(pond.run({"--verify-cache=100%"}).exit_status == 0);
  CHECK(pond.compiles() == before + 1);
  CHECK(has_note(pond.compile(), "the same"));
  CHECK(pond.run({"--verify-cache=0"}).exit_status == 0);
  CHECK(pond.compiles() == before + 1);
  CHECK(pond.run({"--verify-cache=101"}).exit_status == 2);
}

TEST_CASE("compile cache: runs are used again only when that is asked for") {
  Pond pond;
  const auto runs = [&] { return count_of(content_of(pond.box.calls()), "iree-run-module in"); };
  REQUIRE(pond.run().exit_status == 0);
  REQUIRE(pond.run().exit_status == 0);
  CHECK(runs() == 2);
  REQUIRE(pond.run({"--reuse-runs"}).exit_status == 0);
  CHECK(runs() == 3);
  REQUIRE(pond.run({"--reuse-runs"}).exit_status == 0);
  CHECK(runs() == 3);
  CHECK(step_of(pond.box.events(), "m/a", "run cpu").cached);
}

TEST_CASE("compile cache: runs that are repeated always happen, whatever is used again") {
  Pond pond;
  const auto runs = [&] { return count_of(content_of(pond.box.calls()), "iree-run-module in"); };
  REQUIRE(pond.run({"--reuse-runs"}).exit_status == 0);
  CHECK(runs() == 1);
  for (const std::size_t before : {1U, 3U}) {
    REQUIRE(pond.run({"--reuse-runs", "--repeat=2"}).exit_status == 0);
    CHECK(runs() == before + 2);
    CHECK_FALSE(step_of(pond.box.events(), "m/a", "run cpu #2").cached);
  }
}

TEST_CASE("compile cache: a finding counts in a report against a baseline and in a merge") {
  Pond pond;
  pond.box.write_program("tools/iree-compile", std::string(compiler) + "date +%N >> \"$output\"\n");
  REQUIRE(pond.run().exit_status == 0);
  const fs::path before = pond.box.runs().back();
  REQUIRE(pond.run({"--verify-cache=100"}).exit_status == 1);
  const fs::path found = pond.box.runs().back();
  CHECK(pond.box.run({"report", found}).exit_status == 1);
  const Ended compared = pond.box.run({"report", found, "--baseline", before});
  CHECK(compared.exit_status == 1);
  CHECK(contains(compared.out, "Exit status 1: 1 finding."));
  const fs::path whole = pond.box.root() / "whole";
  const Ended merged = pond.box.run({"merge", found, "--output", whole});
  CHECK(merged.exit_status == 1);
  CHECK(contains(merged.out, "Exit status 1: 1 finding."));
  CHECK(pond.box.run({"report", whole}).exit_status == 1);
}

TEST_CASE("compile cache: cache stats, verify and gc count it") {
  Pond pond;
  REQUIRE(pond.run().exit_status == 0);
  CHECK(contains(pond.box.run({"cache", "stats"}).out, "compiles   1 cached, 3 files"));
  CHECK(pond.box.run({"cache", "verify"}).exit_status == 0);
  fs::remove(pond.blobs().front());
  const Ended verified = pond.box.run({"cache", "verify"});
  CHECK(verified.exit_status == 3);
  CHECK(contains(verified.out, "1 cached results of compiles lack a file"));
  REQUIRE(pond.run().exit_status == 0);
  CHECK(pond.compiles() == 2);
  const Ended emptied = pond.box.run({"cache", "gc", "--max-size=0"});
  CHECK(emptied.exit_status == 0);
  CHECK(pond.blobs().empty());
  CHECK(contains(pond.box.run({"cache", "stats"}).out, "compiles   0 cached, 0 files"));
  REQUIRE(pond.run().exit_status == 0);
  CHECK(pond.compiles() == 3);
}

TEST_CASE("compile cache: several processes at once, some of them killed, leave nothing wrong") {
  Pond pond;
  for (int number = 0; number < 8; ++number) {
    const std::string name = "p" + std::to_string(number);
    pond.box.write_model("m", name, R"({"mlir": ")" + name + R"(.mlir"})");
    pond.box.write("tests/m/" + name + ".mlir", name + std::string(100'000, 'x'));
  }
  for (int round = 0; round < 4; ++round) {
    Running first = pond.box.start(pond.arguments({"--output-dir=one"}));
    Running second = pond.box.start(pond.arguments({"--output-dir=two"}));
    // It is killed when a certain number of compiles has begun, so each round at another point.
    const std::size_t some = pond.compiles() + static_cast<std::size_t>(round);
    while (pond.compiles() < some && first.out().find("judged") == std::string::npos) {
    }
    first.send(SIGKILL);
    (void)first.wait();
    CHECK(second.wait().exit_status == 0);
  }
  const std::size_t before = pond.compiles();
  const Ended last = pond.run();
  CHECK(last.exit_status == 0);
  CHECK(pond.compiles() == before);
  for (int number = 0; number < 8; ++number) {
    const std::string name = "p" + std::to_string(number);
    const auto step = step_of(pond.box.events(), "m/" + name, "compile cpu");
    CHECK(step.cached);
    CHECK(contains(content_of(module_of(step)), name + "xxx"));
  }
  CHECK(pond.box.run({"cache", "verify"}).exit_status == 0);
}

// The same models and tools for somebody with a store of their own.
Arguments of_another(const Pond& pond, const std::string& name, const std::string& url,
                     const Arguments& more = {}) {
  Arguments all = pond.arguments({"--cache-dir=" + name, "--remote-cache=" + url});
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST_CASE("compile cache: what one compiles another gets from a server, here nginx") {
  if (!test::Nginx::is_there()) {
    MESSAGE("skipped: there is no nginx");
    return;
  }
  Pond pond;
  fs::create_directories(pond.box.root() / "served");
  fs::permissions(pond.box.root(), fs::perms(0755));
  fs::permissions(pond.box.root() / "served", fs::perms(0777));
  test::NginxSettings settings;
  settings.files = pond.box.root() / "served";
  settings.location = "dav_methods PUT DELETE; create_full_put_path on; client_max_body_size 1g;";
  const test::Nginx server(settings);
  const std::string url = server.url("/");
  const auto step_in = [&](const std::string& name) {
    std::vector<fs::path> runs;
    for (const auto& run : fs::directory_iterator(pond.box.work() / name / "runs")) {
      runs.push_back(run.path());
    }
    REQUIRE(runs.size() == 1);
    return content_of(runs.front() / "results.jsonl");
  };
  const Ended first = pond.box.run(of_another(pond, "a", url, {"--remote-cache-mode=readwrite"}));
  INFO(first.out);
  REQUIRE(first.exit_status == 0);
  const Ended second = pond.box.run(of_another(pond, "b", url));
  INFO(second.out);
  CHECK(second.exit_status == 0);
  CHECK(pond.compiles() == 1);
  CHECK(contains(second.out, "compile cpu  cached"));
  CHECK(contains(step_in("b"), "\"from\":\"127.0.0.1:"));
  CHECK(content_of(pond.box.work() / "a/outputs/m_a_vmfbs/model.cpu.vmfb") ==
        content_of(pond.box.work() / "b/outputs/m_a_vmfbs/model.cpu.vmfb"));

  // What comes from the server is verified, too: a machine of CI has no other results.
  const Ended verified = pond.box.run(of_another(pond, "c", url, {"--verify-cache=100"}));
  CHECK(verified.exit_status == 0);
  CHECK(pond.compiles() == 2);
  CHECK(contains(step_in("c"), "compared with the cached result: the same"));

  // And is used where it cannot be kept.
  pond.box.write("work/d/store/parts", "no directory");
  const Ended unkept = pond.box.run(of_another(pond, "d", url));
  INFO(unkept.out);
  CHECK(unkept.exit_status == 0);
  CHECK(pond.compiles() == 2);
  CHECK(contains(unkept.out, "compile cpu  cached"));
  CHECK(contains(unkept.out, "note: the compile cache: "));
}

TEST_CASE("compile cache: a server that lies or is dead costs a miss and a note") {
  Pond pond;
  const auto check_miss = [&](const std::string& name, const std::string& url,
                              std::size_t compiles) {
    const Ended ended = pond.box.run(of_another(pond, name, url));
    INFO(ended.out);
    CHECK(ended.exit_status == 0);
    CHECK(pond.compiles() == compiles);
    CHECK(contains(ended.out, "note: the shared cache: "));
  };
  {
    test::ScriptedServer liar(
        [](const test::HttpRequest&) { return test::HttpResponse::of("this is no entry"); });
    check_miss("a", liar.url("/"), 1);
  }
  check_miss("b", "http://127.0.0.1:1/", 2);
}

TEST_CASE("compile cache: a suite cannot have the user's token sent to a server of its choice") {
  Pond pond;
  std::atomic<int> requests = 0;
  test::ScriptedServer server([&](const test::HttpRequest&) {
    ++requests;
    test::HttpResponse answer = test::HttpResponse::of("");
    answer.status = 404;
    return answer;
  });
  pond.box.write("tests/sharkreg.cfg", "remote-cache = " + server.url("/") + "\n");
  pond.box.environment["SHARKREG_REMOTE_CACHE_TOKEN"] = "secret";
  const Ended refused = pond.run();
  CHECK(refused.exit_status == 2);
  CHECK(contains(refused.err, "a suite may not say where SHARKREG_REMOTE_CACHE_TOKEN is sent"));
  CHECK(requests == 0);
  pond.box.environment["SHARKREG_REMOTE_CACHE"] = server.url("/");
  CHECK(pond.run().exit_status == 0);
  CHECK(requests > 0);
}

TEST_CASE("compile cache: a file that was damaged in the store is not held against the compiler") {
  Pond pond;
  REQUIRE(pond.run().exit_status == 0);
  const std::string module = content_of(module_of(pond.compile()));
  // As a disk does it: size and time stay.
  for (const fs::path& blob : pond.blobs()) {
    const auto time = fs::last_write_time(blob);
    fs::permissions(blob, fs::perms(0644));
    std::fstream(blob, std::ios::in | std::ios::out) << "X";
    fs::last_write_time(blob, time);
  }
  const Ended ended = pond.run({"--verify-cache=100"});
  CHECK(ended.exit_status == 0);
  CHECK(pond.compile().findings.empty());
  CHECK(has_note(pond.compile(), "gone or damaged"));
  REQUIRE(pond.run().exit_status == 0);
  CHECK(pond.compile().cached);
  CHECK(content_of(module_of(pond.compile())) == module);
}

}  // namespace
}  // namespace sharkreg::e2e
