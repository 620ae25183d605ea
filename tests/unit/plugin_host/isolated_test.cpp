// SPDX-License-Identifier: Apache-2.0
// Plugins in processes of their own: they do what they do in this one, and take nothing along when
// they fall.
#include "plugin_host/isolated.h"

#include <atomic>
#include <dirent.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "fixtures.h"

namespace sharkreg::core {
namespace {

Isolation isolation() {
  return {.worker = SHARKREG_LIBEXEC_DIR "/sharkreg-worker",
          .thinking_limit = std::chrono::seconds(60),
          .working_limit = std::chrono::seconds(60)};
}

IsolatedInterface interface_of(const std::string& plugin, const std::string& name) {
  return {fixture(plugin), {}, plugin, name};
}

template <class Function>
std::string failure_of(Function&& function) {
  try {
    function();
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "nothing was thrown";
}

// Descriptors of this process.
std::size_t open_files() {
  std::size_t count = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}

TEST_CASE("isolated: under the strict policy each worker checks the library that it loads") {
  const FakeServices services;
  IsolatedInterface interface = interface_of("sample", "sample");
  interface.trusted_sha256 = sha256_of_file(interface.library).value();
  CHECK(make_isolated_backend(interface, {}, services, isolation()).has_value());
  interface.trusted_sha256.back() = interface.trusted_sha256.back() == '0' ? '1' : '0';
  const auto changed = make_isolated_backend(interface, {}, services, isolation());
  REQUIRE_FALSE(changed.has_value());
  CHECK(changed.error().message.find("is no longer the file that was trusted") !=
        std::string::npos);
}

TEST_CASE("isolated: a backend does what it does in this process, with the host's services") {
  FakeServices services;
  services.variables["SAMPLE"] = "from outside";
  Configuration configuration;
  configuration.tool_directories = {"/opt/tools"};
  const auto backend =
      make_isolated_backend(interface_of("sample", "sample"), configuration, services, isolation());
  REQUIRE_MESSAGE(backend.has_value(), to_text(backend.error()));
  CHECK((*backend)->describe().target_option == "sample-mode");
  const Probe probe = (*backend)->probe({});
  CHECK(probe.notes == std::vector<std::string>{"from outside", "from outside", "out err 3"});
  CHECK(probe.tools[0].path == "/opt/tools/tool");
  CHECK(services.limit == std::chrono::seconds(2));
  CHECK(services.logged.size() == 1);
  services.tools_fail = true;
  CHECK(failure_of([&] { (*backend)->probe({}); }) == "sample: the tool took too long");

  CompileRequest request;
  request.program = {"program", "m.mlir", "mlir"};
  request.compiler_flags = {"--a"};
  CHECK((*backend)->plan_compile(request).actions.at(0).arguments.size() == 2);
  request.target = "throw";
  CHECK(failure_of([&] { (*backend)->plan_compile(request); }) == "sample: thrown on purpose");
  FailureReport report;
  report.standard_error = "it broke";
  CHECK((*backend)->classify(report).sentence == "it broke");
}

TEST_CASE("isolated: a wrong configuration is known at once") {
  const FakeServices services;
  Configuration configuration;
  configuration.options["sample-mode"] = "refuse";
  const auto refused =
      make_isolated_backend(interface_of("sample", "sample"), configuration, services, isolation());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == ErrorKind::invalid);
  CHECK(refused.error().message == "sample: no such mode");
  CHECK(refused.error().hint == "leave --sample-mode out");
}

TEST_CASE("isolated: a fetcher hands over its bytes, and stops when told to") {
  const FakeServices services;
  const auto made =
      make_isolated_fetcher(interface_of("sample", "sample_fetcher"), {}, services, isolation());
  REQUIRE(made.has_value());
  ArtifactFetcher& fetcher = **made;
  CHECK(fetcher.stat("sample:x")->size == 26);
  CHECK_FALSE(fetcher.stat("sample:none"));
  std::string got;
  const auto take = [&](const void* bytes, std::size_t size) {
    got.append(static_cast<const char*>(bytes), size);
    return true;
  };
  fetcher.read("sample:x", {3, 7, "v1"}, take);
  CHECK(got == "defghij");
  fetcher.read("sample:x", {20, ArtifactPart::to_end, {}}, take);
  CHECK(got == "defghijuvwxyz");
  int calls = 0;
  CHECK(failure_of([&] {
          fetcher.read("sample:x", {0, 26, {}},
                       [&](const void*, std::size_t) { return ++calls < 2; });
        }).find("stopped reading sample:x") != std::string::npos);
  CHECK(calls == 2);
  CHECK_THROWS_WITH_AS(fetcher.read("sample:x", {0, 26, {}},
                                    [](const void*, std::size_t) -> bool {
                                      throw std::length_error("the disk is full");
                                    }),
                       "the disk is full", std::length_error);
}

TEST_CASE("isolated: what changed is told, and when to ask again") {
  const FakeServices services;
  const auto fetcher =
      make_isolated_fetcher(interface_of("sample", "sample_fetcher"), {}, services, isolation());
  REQUIRE(fetcher.has_value());
  try {
    (*fetcher)->read("sample:x", {0, 26, "v0"}, [](const void*, std::size_t) { return true; });
    FAIL("nothing was thrown");
  } catch (const Failure& failure) {
    CHECK(failure.kind() == Failure::Kind::changed);
    CHECK(failure.retry_after() == std::chrono::milliseconds(1500));
  }
}

TEST_CASE("isolated: a comparator sees the tensors' bytes") {
  const FakeServices services;
  const auto made = make_isolated_comparator(interface_of("sample", "sample_comparator"), {},
                                             services, isolation());
  REQUIRE(made.has_value());
  const std::vector<std::int16_t> a(300000, 7);
  std::vector<std::int16_t> b = a;
  const TensorView expected{ElementType::i16, {2, 150000}, a.data(), a.size() * 2};
  const TensorView actual{ElementType::i16, {2, 150000}, b.data(), b.size() * 2};
  const Comparison equal = (*made)->compare(expected, actual, {"--x"});
  CHECK(equal.match);
  CHECK(equal.message == "i162,150000,--x");
  b.back() = 8;
  CHECK_FALSE((*made)->compare(expected, actual, {}).match);
  const TensorView empty{ElementType::f32, {0}, nullptr, 0};
  CHECK((*made)->compare(empty, empty, {}).match);
}

TEST_CASE("isolated: a tuner resolver may have no answer") {
  const FakeServices services;
  const auto made =
      make_isolated_tuner(interface_of("sample", "sample_tuner"), {}, services, isolation());
  REQUIRE(made.has_value());
  CHECK((*made)->resolve({{{"mi300", "t.mlir"}}, "mi300", "rocm", "gfx942"})->path ==
        "t.mlir@rocm@gfx942");
  CHECK_FALSE((*made)->resolve({}));
}

TEST_CASE("isolated: a plugin that falls costs one call, and is named with its last words") {
  const FakeServices services;
  const auto made =
      make_isolated_backend(interface_of("crashing", "crashing"), {}, services, isolation());
  REQUIRE(made.has_value());
  (*made)->probe({});
  CompileRequest request;
  for (const auto& [way, how] :
       {std::pair("abort", "was killed by SIGABRT"), std::pair("exit", "ended with status 0"),
        std::pair("forge", "closed its connection")}) {
    CAPTURE(way);
    request.case_name = "m/bad " + std::string(way);
    const std::string said = failure_of([&] { (*made)->plan_compile(request); });
    CHECK_MESSAGE(said.starts_with("crashing: the process that ran its plan_compile "), said);
    if (std::string_view(way) != "forge") CHECK_MESSAGE(said.find(how) != std::string::npos, said);
    CHECK_MESSAGE(said.ends_with("it said last: about to fall / over m/bad " + std::string(way)),
                  said);
    request.case_name = "m/fine";
    CHECK((*made)->plan_compile(request).notes.at(0).text == "it was probed");
  }
}

TEST_CASE("isolated: a plugin that hangs is given up") {
  const FakeServices services;
  Isolation impatient = isolation();
  impatient.thinking_limit = std::chrono::milliseconds(300);
  const auto made =
      make_isolated_tuner(interface_of("crashing", "crashing"), {}, services, impatient);
  REQUIRE(made.has_value());
  CHECK(failure_of([&] {
          (*made)->resolve({{}, "bad hang", "", ""});
        }).find("did not end within 0 s") != std::string::npos);
  CHECK_FALSE((*made)->resolve({{}, "fine", "", ""}));
}

TEST_CASE("isolated: a plugin that says something again and again is given up as well") {
  const FakeServices services;
  Isolation impatient = isolation();
  impatient.thinking_limit = std::chrono::milliseconds(500);
  const auto made =
      make_isolated_backend(interface_of("crashing", "crashing"), {}, services, impatient);
  REQUIRE(made.has_value());
  CompileRequest request;
  request.case_name = "m/bad chat";
  CHECK(failure_of([&] { (*made)->plan_compile(request); }).find("did not end within") !=
        std::string::npos);
  CHECK(services.logged.size() > 2);
}

TEST_CASE(
    "isolated: instances are called from several threads at once, one falls again and again") {
  constexpr int calls = 20;
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (const bool falls : {false, true, false}) {
    threads.emplace_back([&right, falls] {
      const FakeServices services;
      const auto made =
          make_isolated_tuner(interface_of("crashing", "crashing"), {}, services, isolation());
      for (int call = 0; made && call < calls; ++call) {
        const std::string failure = failure_of([&] {
          (*made)->resolve({{}, falls ? "bad abort" : "fine", "", ""});
        });
        const bool fell = failure.find("SIGABRT") != std::string::npos;
        if (falls ? fell : failure == "nothing was thrown") ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 3 * calls);
}

TEST_CASE("isolated: a fetcher and a comparator that fall") {
  const FakeServices services;
  const auto fetcher =
      make_isolated_fetcher(interface_of("crashing", "crashing"), {}, services, isolation());
  std::string got;
  CHECK(failure_of([&] {
          (*fetcher)->read("crashing:bad abort", {0, 9, {}},
                           [&](const void* bytes, std::size_t size) {
                             got.append(static_cast<const char*>(bytes), size);
                             return true;
                           });
        }).find("SIGABRT") != std::string::npos);
  CHECK(got == "half");
  const auto comparator =
      make_isolated_comparator(interface_of("crashing", "crashing"), {}, services, isolation());
  const TensorView empty{ElementType::f32, {0}, nullptr, 0};
  CHECK(failure_of([&] { (*comparator)->compare(empty, empty, {"bad abort"}); }).find("SIGABRT") !=
        std::string::npos);
  CHECK((*comparator)->compare(empty, empty, {}).match);
}

TEST_CASE("isolated: nothing is left open") {
  const FakeServices services;
  const std::size_t before = open_files();
  for (int time = 0; time < 5; ++time) {
    const auto made =
        make_isolated_tuner(interface_of("crashing", "crashing"), {}, services, isolation());
    failure_of([&] { (*made)->resolve({{}, "bad abort", "", ""}); });
  }
  CHECK(open_files() == before);
}

TEST_CASE("isolated: a worker that is not there is an error that names it") {
  const FakeServices services;
  const auto made = make_isolated_tuner(interface_of("sample", "sample_tuner"), {}, services,
                                        {.worker = "/nowhere/sharkreg-worker"});
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().message.find("/nowhere/sharkreg-worker") != std::string::npos);
}

}  // namespace
}  // namespace sharkreg::core
