// SPDX-License-Identifier: Apache-2.0
// Whoever is killed, no process is left.
#include <chrono>
#include <memory>
#include <signal.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include "execute/process_launcher.h"
#include "witness.h"

namespace sharkreg::core {
namespace {

using End = LaunchResult::End;

pid_t start_host(int launches, const char* what, const Witness& witness) {
  std::vector<std::string> texts{SHARKREG_LAUNCHER_HOST,
                                 std::to_string(launches),
                                 SHARKREG_SUPERVISOR,
                                 SHARKREG_PROCESS_TOOL,
                                 what,
                                 witness.fifo()};
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  pid_t host = 0;
  REQUIRE(posix_spawn(&host, arguments[0], nullptr, nullptr, arguments.data(), environ) == 0);
  return host;
}

void kill_host(pid_t host) {
  kill(host, SIGKILL);
  waitpid(host, nullptr, 0);
}

// Some hold nothing open whose end could be waited for.
bool all_gone(const Witness& witness) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (witness.marked_processes() > 0) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

TEST_CASE("kill -9 of the host leaves no process behind") {
  Witness witness;
  const pid_t host = start_host(1, "stubborn-family", witness);
  CHECK(witness.see(3));
  CHECK(witness.marked_processes() == 5);  // the host and the supervisor too
  kill_host(host);
  CHECK(witness.see_the_end());
}

TEST_CASE("kill -9 of a host of a hundred families leaves no process behind") {
  Witness witness;
  const pid_t host = start_host(100, "stubborn-family", witness);
  CHECK(witness.see(300));
  kill_host(host);
  CHECK(witness.see_the_end());
}

TEST_CASE("kill -9 of the host ends daemons that have nothing open and ignore SIGTERM") {
  Witness witness;
  const pid_t host = start_host(1, "leave-closed-daemon", witness);
  CHECK(witness.see(2));
  kill_host(host);
  CHECK(all_gone(witness));
}

TEST_CASE("a daemon that has nothing open does not outlive its launch, nor a killed supervisor") {
  for (const bool kill_supervisor : {false, true}) {
    Witness witness;
    boost::asio::io_context io;
    ProcessLauncher launcher(io, SHARKREG_SUPERVISOR);
    LaunchRequest request;
    request.program = SHARKREG_PROCESS_TOOL;
    request.arguments = {"leave-closed-daemon", witness.fifo()};
    launcher.launch(request, [&](const Result<LaunchResult>& result) {
      REQUIRE(result.has_value());
      CHECK(result->end == (kill_supervisor ? End::supervisor_lost : End::terminated));
      CHECK(witness.marked_processes() == 0);
    });
    CHECK(witness.see(2));
    if (kill_supervisor) {
      const auto supervisor = witness.marked_child();
      REQUIRE(supervisor);
      kill(*supervisor, SIGKILL);
    } else {
      launcher.terminate_all();
    }
    io.run();
  }
}

}  // namespace
}  // namespace sharkreg::core
