// SPDX-License-Identifier: Apache-2.0
// Programs that use more than they may, or make no progress, with real processes.
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include "execute/process_launcher.h"
#include "witness.h"

namespace sharkreg::core {
namespace {

using namespace std::chrono_literals;
using End = LaunchResult::End;

constexpr std::uint64_t mebibyte = 1 << 20;

LaunchRequest tool(std::vector<std::string> arguments) {
  LaunchRequest request;
  request.program = SHARKREG_PROCESS_TOOL;
  request.arguments = std::move(arguments);
  return request;
}

LaunchResult run(const LaunchRequest& request,
                 const std::function<void(ProcessLauncher&)>& meanwhile = {}) {
  boost::asio::io_context io;
  ProcessLauncher launcher(io, SHARKREG_SUPERVISOR);
  LaunchResult ended;
  launcher.launch(request, [&](const Result<LaunchResult>& result) {
    REQUIRE_MESSAGE(result.has_value(), (result ? std::string() : to_text(result.error())));
    ended = *result;
  });
  if (meanwhile) boost::asio::post(io, [&] { meanwhile(launcher); });
  io.run();
  return ended;
}

bool within_a_while(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

std::uint64_t bytes_on_disk(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  return static_cast<std::uint64_t>(status.st_blocks) * 512;
}

TEST_CASE("a memory limit kills a program, and says how much it used") {
  Witness witness;
  auto request = tool({"hoard", witness.fifo(), "96"});
  request.limits.memory_bytes = 64 * mebibyte;
  const LaunchResult result = run(request);
  CHECK(result.end == End::memory_limited);
  CHECK(result.signal == SIGKILL);
  CHECK(result.peak_memory_bytes > 64 * mebibyte);
  CHECK(describe(request, result).starts_with("used "));
  CHECK(describe(request, result).find("more than its memory limit of 64 MiB (--memory-limit)") !=
        std::string::npos);
}

TEST_CASE("a memory limit counts all processes of a program together, daemons too") {
  Witness witness;
  auto request = tool({"hoard-twice", witness.fifo(), "48"});
  request.limits.memory_bytes = 64 * mebibyte;
  CHECK(run(request).end == End::memory_limited);
  CHECK(witness.marked_processes() == 0);

  Witness within;
  request = tool({"hoard-twice", within.fifo(), "48"});
  request.limits.memory_bytes = 640 * mebibyte;
  const LaunchResult result = run(request, [&](ProcessLauncher& launcher) {
    CHECK(within.see(2));
    launcher.terminate_all();
  });
  CHECK(result.end == End::terminated);
}

TEST_CASE("memory that is shared after a fork counts once against a limit") {
  auto request = tool({"share-memory", "96"});
  request.limits.memory_bytes = 160 * mebibyte;
  const LaunchResult result = run(request);
  CHECK(result.end == End::exited);
  CHECK(result.exit_status == 6);
}

TEST_CASE("a limit of CPU time counts children that nobody has waited for") {
  auto request = tool({"have-time-used", ""});
  request.limits.cpu_time = 200ms;
  const LaunchResult result = run(request);
  CHECK(result.end == End::cpu_limited);
  CHECK(result.user + result.system > 200ms);
  CHECK(describe(request, result) ==
        "used more than its CPU time limit of 200 ms (--cpu-limit) and was stopped");
  request = tool({"time", "50"});
  request.limits.cpu_time = 60s;
  CHECK(run(request).end == End::exited);
}

TEST_CASE("a file beyond its limit is told apart from other deaths by a signal") {
  Witness witness;
  auto request = tool({"flood", "2000000"});
  request.standard_output = witness.file("out");
  request.limits.file_bytes = mebibyte;
  const LaunchResult result = run(request);
  CHECK(went_beyond_file_limit(request, result));
  CHECK(
      describe(request, result) ==
      "was killed by SIGXFSZ: it wrote a file beyond the file size limit of 1 MiB (--file-limit)");
  request.arguments = {"signal", std::to_string(SIGSEGV)};
  CHECK_FALSE(went_beyond_file_limit(request, run(request)));
  request.arguments = {"signal", std::to_string(SIGXFSZ)};
  request.limits.file_bytes.reset();
  CHECK_FALSE(went_beyond_file_limit(request, run(request)));
}

TEST_CASE(
    "of what a chatty program prints head and tail are kept, and what is missing is counted") {
  Witness witness;
  auto request = tool({"flood", "100000000"});
  request.standard_output = witness.file("out");
  request.limits.output_bytes = mebibyte;
  const LaunchResult result = run(request);
  CHECK(result.end == End::exited);
  const std::string out = witness.read("out");
  const std::string note = "\n[sharkreg: " + std::to_string(result.output_left_out) +
                           " bytes left out here, see --output-limit]\n";
  CHECK(out.find(note) != std::string::npos);
  CHECK(out.size() - note.size() + result.output_left_out == 100'000'000);
  CHECK(out.size() <= mebibyte + note.size());
  CHECK(result.errors_left_out == 0);

  request.arguments = {"flood", "1000000"};
  CHECK(run(request).output_left_out == 0);
  CHECK(witness.read("out") == std::string(1'000'000, 'x'));
}

TEST_CASE("a chatty program does not fill the disk while it runs") {
  Witness witness;
  auto request = tool({"flood-and-stay", witness.fifo()});
  request.standard_output = request.standard_error = witness.file("both");
  request.limits.output_bytes = mebibyte;
  const LaunchResult result = run(request, [&](ProcessLauncher& launcher) {
    CHECK(witness.see(1));
    CHECK(within_a_while([&] { return bytes_on_disk(witness.file("both")) < 2 * mebibyte; }));
    launcher.terminate_all();
  });
  CHECK(result.end == End::terminated);
  CHECK(result.output_left_out > 18 * mebibyte);
}

TEST_CASE("an output that is a result is never cut: what prints too much is stopped") {
  Witness witness;
  auto request = tool({"flood-and-stay", witness.fifo()});
  request.standard_output = witness.file("out");
  request.standard_output_is_result = true;
  request.limits.output_bytes = mebibyte;
  const LaunchResult running = run(request);
  CHECK(running.end == End::output_limited);
  CHECK(describe(request, running) ==
        "printed more than its output limit of 1 MiB (--output-limit) and was stopped, since "
        "nothing may be cut out of a result");
  // Also one that has ended before anybody looked.
  request.arguments = {"flood", "2000000"};
  CHECK(run(request).end == End::output_limited);
  CHECK(std::filesystem::file_size(witness.file("out")) == 2'000'000);
  request.arguments = {"flood", "1000000"};
  CHECK(run(request).end == End::exited);
}

TEST_CASE("somebody is asked about a program without progress, until it is said to hang") {
  Witness witness;
  auto request = tool({"obey", witness.fifo()});
  request.limits.stall_after = 150ms;
  std::vector<StallReport> reports;
  request.on_stall = [&](const StallReport& report, const StallAnswer& answer) {
    reports.push_back(report);
    answer(reports.size() == 2);
  };
  const LaunchResult result = run(request, [&](ProcessLauncher&) { CHECK(witness.see(1)); });
  CHECK(result.end == End::hung);
  CHECK(result.exit_status == 5);  // it could clean up
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].quiet >= 150ms);
  CHECK(reports[1].quiet >= 300ms);
  CHECK(reports[1].wall >= reports[1].quiet);
  CHECK(reports[0].cpu < 150ms);
  REQUIRE(result.stall);
  CHECK(result.stall->quiet == reports[1].quiet);
  CHECK(describe(request, result).starts_with("hung and was stopped after "));
}

TEST_CASE("a program that computes, or prints, is not without progress") {
  bool asked = false;
  auto request = tool({"time", "1500"});
  request.limits.stall_after = 1s;
  request.on_stall = [&](const StallReport&, const StallAnswer&) { asked = true; };
  CHECK(run(request).end == End::exited);
  CHECK_FALSE(asked);
}

TEST_CASE("what is answered after the end, or of one that is stopped anyway, changes nothing") {
  Witness witness;
  StallAnswer late;
  auto request = tool({"obey", witness.fifo()});
  request.limits.stall_after = 100ms;
  ProcessLauncher* the_launcher = nullptr;
  request.on_stall = [&](const StallReport&, const StallAnswer& answer) {
    late = answer;
    the_launcher->terminate_all();
    answer(true);
  };
  const LaunchResult result = run(request, [&](ProcessLauncher& launcher) {
    the_launcher = &launcher;
    CHECK(witness.see(1));
  });
  CHECK(result.end == End::terminated);
  REQUIRE(late);
  late(true);
}

TEST_CASE("the peak of memory is that of all processes together") {
  Witness witness;
  const auto request = tool({"hoard-twice", witness.fifo(), "48"});
  const LaunchResult result = run(request, [&](ProcessLauncher& launcher) {
    CHECK(witness.see(2));
    // Long enough for a look, which nothing outside can see: the next one comes within a second.
    std::this_thread::sleep_for(1500ms);
    launcher.terminate_all();
  });
  CHECK(result.peak_memory_bytes >= 96 * mebibyte);
  CHECK(result.peak_memory_bytes < 960 * mebibyte);
}

}  // namespace
}  // namespace sharkreg::core
