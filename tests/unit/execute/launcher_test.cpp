// SPDX-License-Identifier: Apache-2.0
// ProcessLauncher with real processes; what they do stands in tools/process_tool.cpp.
#include <cerrno>
#include <chrono>
#include <functional>
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

using namespace std::chrono_literals;
using End = LaunchResult::End;
using SteadyClock = std::chrono::steady_clock;

LaunchRequest tool(std::vector<std::string> arguments) {
  LaunchRequest request;
  request.program = SHARKREG_PROCESS_TOOL;
  request.arguments = std::move(arguments);
  return request;
}

// A launcher whose event loop runs on the test's own thread, until all launches are done.
struct Host {
  boost::asio::io_context io;
  ProcessLauncher launcher{io, SHARKREG_SUPERVISOR};

  Result<LaunchResult> run(LaunchRequest request, const std::function<void()>& meanwhile = {}) {
    Result<LaunchResult> answer{Error{ErrorKind::infrastructure, "no answer came", {}}};
    launcher.launch(std::move(request), [&](auto result) { answer = std::move(result); });
    if (meanwhile) boost::asio::post(io, meanwhile);
    io.restart();
    io.run();
    return answer;
  }
};

LaunchResult run(LaunchRequest request, const std::function<void(Host&)>& meanwhile = {}) {
  Host host;
  const auto result = host.run(std::move(request), [&] {
    if (meanwhile) meanwhile(host);
  });
  REQUIRE_MESSAGE(result.has_value(), to_text(result.has_error() ? result.error() : Error{}));
  return *result;
}

std::string error_of(LaunchRequest request) {
  const auto result = Host().run(std::move(request));
  REQUIRE(result.has_error());
  return to_text(result.error());
}

TEST_CASE("a program's exit status is reported") {
  for (const int status : {0, 1, 9, 127, 255}) {
    const LaunchResult result = run(tool({"exit", std::to_string(status)}));
    CHECK(result.end == End::exited);
    CHECK(result.exit_status == status);
    CHECK(result.signal == 0);
    CHECK(result.leftover == 0);
    CHECK(result.wall > 0us);
    CHECK(describe(tool({}), result) == "exited with status " + std::to_string(status));
  }
}

TEST_CASE("a program's death by a signal is told from exit status 9") {
  for (const int number : {SIGSEGV, SIGABRT, SIGKILL, SIGTERM, SIGPIPE}) {
    const LaunchResult result = run(tool({"signal", std::to_string(number)}));
    CHECK(result.end == End::signalled);
    CHECK(result.signal == number);
  }
  const auto request = tool({"signal", "11"});
  CHECK(describe(request, run(request)) == "was killed by SIGSEGV");
}

TEST_CASE("a program that cannot be started says why") {
  Witness witness;
  const auto fails_with = [&](const std::filesystem::path& program, int number) {
    LaunchRequest request;
    request.program = program.string();
    const LaunchResult result = run(request);
    CHECK(result.end == End::start_failed);
    CHECK(result.start_errno == number);
    CHECK(result.start_step == "exec");
    return describe(request, result);
  };
  const auto script = [&](const char* name, const char* text) {
    std::ofstream(witness.file(name)) << text;
    chmod(witness.file(name).c_str(), 0700);
    return witness.file(name);
  };
  CHECK(fails_with(witness.file("missing"), ENOENT) ==
        "could not be started: No such file or directory");
  CHECK(fails_with(script("no_interpreter", "#!/not/there\n"), ENOENT)
            .ends_with("(the file is there, but not the interpreter or loader that it names)"));
  CHECK(fails_with(script("no_program", "echo\n"), ENOEXEC).find("#!") != std::string::npos);
  CHECK(fails_with(witness.directory(), EACCES) == "could not be started: Permission denied");
  std::ofstream(witness.file("not_executable")) << "#!/bin/sh\n";
  CHECK(fails_with(witness.file("not_executable"), EACCES).find("denied") != std::string::npos);
}

TEST_CASE("a launch that cannot be made is an error that names the file") {
  Witness witness;
  auto request = tool({"exit", "0"});
  request.working_directory = witness.file("missing");
  CHECK(error_of(request) == "cannot open the working directory \"" +
                                 witness.file("missing").string() +
                                 "\": No such file or directory");
  request = tool({"exit", "0"});
  request.standard_output = witness.directory();
  CHECK(error_of(request) == "cannot open the file for the standard output \"" +
                                 witness.directory().string() + "\": Is a directory");
  CHECK(error_of(tool({"exit", std::string("0\0", 2)})).find("zero byte") != std::string::npos);
  CHECK(error_of(tool({std::string(3 << 20, 'x')})).find("longer than the kernel takes") !=
        std::string::npos);
  CHECK(error_of(LaunchRequest{}) == "a launch without a program");
  request = tool({"exit", "0"});
  request.environment = {{"A=B", "C"}};
  CHECK(error_of(request).find("A=B") != std::string::npos);
}

TEST_CASE("a supervisor that is not there is an error of the installation") {
  boost::asio::io_context io;
  ProcessLauncher launcher(io, "/not/there/sharkreg-supervisor");
  std::string message;
  launcher.launch(tool({"exit", "0"}), [&](auto result) { message = to_text(result.error()); });
  CHECK(message.empty());  // never from within launch
  io.run();
  CHECK(message ==
        "cannot start \"/not/there/sharkreg-supervisor\": No such file or directory "
        "(this installation of sharkreg is not complete)");
}

TEST_CASE("arguments and environment arrive exactly as listed") {
  Witness witness;
  auto request = tool({"arguments", "", "a b", "--", "ü\"'$\n"});
  request.standard_output = witness.file("out");
  run(request);
  CHECK(witness.read("out") == "[arguments]\n[]\n[a b]\n[--]\n[ü\"'$\n]\n");

  REQUIRE(setenv("SHARKREG_OF_THE_HOST", "1", 1) == 0);
  request.arguments = {"environment"};
  request.environment = {{"LANG", "C"}, {"EMPTY", ""}, {"PATH", "/x:/y"}, {"LD_PRELOAD", ""}};
  run(request);
  CHECK(witness.read("out") == "LANG=C\nEMPTY=\nPATH=/x:/y\nLD_PRELOAD=\n");
  request.environment.clear();
  run(request);
  CHECK(witness.read("out").empty());
}

TEST_CASE("a program finds the working directory, an empty input and clean signals") {
  Witness witness;
  auto request = tool({"directory"});
  request.standard_output = witness.file("out");
  request.working_directory = witness.directory();
  run(request);
  CHECK(witness.read("out") == std::filesystem::canonical(witness.directory()).string() + "\n");
  request.arguments = {"input"};
  run(request);
  CHECK(witness.read("out") == "0 bytes\n");

  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto ignored_before = signal(SIGUSR2, SIG_IGN);
  request.arguments = {"signals"};
  run(request);
  signal(SIGUSR2, ignored_before);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  CHECK(witness.read("out") == "leads a session\n");
}

TEST_CASE("a program inherits no descriptor of the host, and those it has are its own") {
  Witness witness;
  const Descriptor inheritable(open("/dev/null", O_RDONLY));
  auto request = tool({"descriptors"});
  request.standard_output = witness.file("out");
  run(request);
  CHECK(witness.read("out") == "0\n1\n2\n");

  request = tool({"both"});
  request.standard_output = request.standard_error = witness.file("both");
  run(request);
  CHECK(witness.read("both") == "out 0\nerror 0\nout 1\nerror 1\nout 2\nerror 2\n");
}

TEST_CASE("a hundred megabytes of output go to the file") {
  Witness witness;
  auto request = tool({"flood", "100000000"});
  request.standard_output = witness.file("out");
  CHECK(run(request).exit_status == 0);
  CHECK(std::filesystem::file_size(witness.file("out")) == 100'000'000);

  request.limits.file_bytes = 1'000'000;
  const LaunchResult limited = run(request);
  CHECK(limited.end == End::signalled);
  CHECK(limited.signal == SIGXFSZ);
  CHECK(std::filesystem::file_size(witness.file("out")) == 1'000'000);
}

TEST_CASE("limits hold for the program, and no core files are left by default") {
  Witness witness;
  auto request = tool({"limits"});
  request.standard_output = witness.file("out");
  request.limits.file_bytes = 1 << 20;
  request.address_space_bytes = std::uint64_t{1} << 40;
  run(request);
  CHECK(witness.read("out") == "0\n1099511627776\n1048576\n");
}

TEST_CASE("time and memory are those of the program") {
  const LaunchResult memory = run(tool({"memory", "64"}));
  CHECK(memory.peak_memory_bytes >= 64 << 20);
  CHECK(memory.peak_memory_bytes < 640 << 20);
  const LaunchResult small = run(tool({"exit", "0"}));
  CHECK(small.peak_memory_bytes < 64 << 20);
  const LaunchResult busy = run(tool({"time", "50"}));
  CHECK(busy.user + busy.system >= 40ms);
  CHECK(busy.wall >= 40ms);
}

TEST_CASE("what a program leaves behind is killed and counted") {
  Witness witness;
  const LaunchResult result = run(tool({"leave-two", witness.fifo()}));
  CHECK(result.end == End::exited);
  CHECK(result.exit_status == 7);
  CHECK(result.leftover == 2);
  CHECK(result.survivors == 0);
  CHECK(witness.marked_processes() == 0);
  CHECK(describe(tool({}), result) ==
        "exited with status 7; 2 processes left behind by it had to be killed");
}

TEST_CASE("a time limit ends the program with daemons and stopped children that ignore SIGTERM") {
  Witness witness;
  auto request = tool({"stubborn-family", witness.fifo()});
  request.time_limit = 500ms;
  request.grace = 100ms;
  const LaunchResult result = run(request);
  CHECK(witness.see(3));  // all were there
  CHECK(witness.marked_processes() == 0);
  CHECK(result.end == End::timed_out);
  CHECK(result.signal == SIGKILL);
  CHECK(result.survivors == 0);
  CHECK(result.wall >= 600ms);
  CHECK(describe(request, result) == "ran longer than its limit of 500 ms and was stopped");
}

TEST_CASE("a program that ends on SIGTERM is not made to wait for the grace") {
  Witness witness;
  auto request = tool({"obey", witness.fifo()});
  request.time_limit = 300ms;
  request.grace = 60s;
  const LaunchResult result = run(request);
  CHECK(result.end == End::timed_out);
  CHECK(result.exit_status == 5);
  CHECK(result.wall < 30s);
}

TEST_CASE("programs that always fork and exit are caught") {
  Witness witness;
  auto request = tool({"comets", witness.fifo()});
  request.time_limit = 200ms;
  request.grace = 0ms;
  const LaunchResult result = run(request);
  CHECK(result.end == End::timed_out);
  CHECK(result.survivors == 0);
  CHECK(witness.see_the_end());
  CHECK(witness.reports() == 1);  // none came to its own end
  CHECK(witness.marked_processes() == 0);
}

TEST_CASE("programs that always fork and exit in new sessions are caught") {
  Witness witness;
  auto request = tool({"wandering-comets", witness.fifo()});
  request.time_limit = 200ms;
  request.grace = 0ms;
  const LaunchResult result = run(request);
  CHECK(result.end == End::timed_out);
  CHECK(result.survivors == 0);
  CHECK(witness.see_the_end());
  CHECK(witness.reports() == 1);  // none came to its own end
  CHECK(witness.marked_processes() == 0);
}

TEST_CASE("terminate_all ends even a stubborn family within two seconds") {
  Witness witness;
  SteadyClock::time_point asked;
  const LaunchResult result = run(tool({"stubborn-family", witness.fifo()}), [&](Host& host) {
    CHECK(witness.see(3));
    asked = SteadyClock::now();
    host.launcher.terminate_all();
  });
  CHECK(SteadyClock::now() - asked < 2s);
  CHECK(result.end == End::terminated);
  CHECK(witness.marked_processes() == 0);
}

TEST_CASE("terminate_all lets a program end by itself, and kills at once when called again") {
  Witness witness;
  const LaunchResult obedient = run(tool({"obey", witness.fifo()}), [&](Host& host) {
    CHECK(witness.see(1));
    host.launcher.terminate_all();
  });
  CHECK(obedient.end == End::terminated);
  CHECK(obedient.exit_status == 5);

  Witness stopped;
  auto stopped_request = tool({"obey-stopped", stopped.fifo()});
  stopped_request.terminate_grace = 600s;
  const LaunchResult woken = run(stopped_request, [&](Host& host) {
    CHECK(stopped.see(1));
    host.launcher.terminate_all();
  });
  CHECK(woken.end == End::terminated);
  CHECK(woken.exit_status == 5);

  Witness second;
  auto request = tool({"note", second.fifo()});
  request.terminate_grace = 600s;
  const LaunchResult stubborn = run(request, [&](Host& host) {
    CHECK(second.see(1));
    host.launcher.terminate_all();
    CHECK(second.see(2));  // the first request has come through
    host.launcher.terminate_all();
  });
  CHECK(stubborn.end == End::terminated);
  CHECK(stubborn.signal == SIGKILL);
}

TEST_CASE("terminate_all reaches supervisors that have only just been started") {
  Witness witness;
  Host host;
  int terminated = 0;
  for (int launch = 0; launch < 20; ++launch) {
    host.launcher.launch(tool({"obey", witness.fifo()}), [&](const auto& result) {
      if (result && result->end == End::terminated) ++terminated;
    });
    host.launcher.terminate_all();
  }
  host.io.run();
  CHECK(terminated == 20);
}

TEST_CASE("fifty programs at once, from an event loop on another thread") {
  boost::asio::io_context io;
  auto launcher = std::make_unique<ProcessLauncher>(io, SHARKREG_SUPERVISOR);
  std::vector<int> statuses(50, -1);
  boost::asio::post(io, [&] {
    for (int launch = 0; launch < 50; ++launch) {
      launcher->launch(tool({"exit", std::to_string(launch)}), [&, launch](const auto& result) {
        if (result) statuses[static_cast<std::size_t>(launch)] = result->exit_status;
      });
    }
  });
  std::thread loop([&] {
    io.run();
    launcher.reset();
  });
  loop.join();
  for (int launch = 0; launch < 50; ++launch) {
    CHECK(statuses[static_cast<std::size_t>(launch)] == launch);
  }
}

TEST_CASE("a launch may be made when another one is done") {
  Host host;
  int runs = 0;
  std::function<void()> next = [&] {
    host.launcher.launch(tool({"exit", "0"}), [&](const auto&) {
      if (++runs < 5) next();
    });
  };
  next();
  host.io.run();
  CHECK(runs == 5);
}

TEST_CASE("destroying the launcher kills what runs and calls nobody") {
  Witness witness;
  boost::asio::io_context io;
  bool called = false;
  {
    ProcessLauncher launcher(io, SHARKREG_SUPERVISOR);
    launcher.launch(tool({"stubborn-family", witness.fifo()}), [&](const auto&) { called = true; });
    launcher.launch(LaunchRequest{}, [&](const auto&) { called = true; });
    CHECK(witness.see(3));
  }
  CHECK(witness.marked_processes() == 0);
  io.run();
  CHECK_FALSE(called);
}

TEST_CASE("when the supervisor is killed the host kills the program and its daemons") {
  Witness witness;
  Witness other;
  Host host;
  std::optional<LaunchResult> spared;
  host.launcher.launch(tool({"obey", other.fifo()}), [&](const auto& result) {
    if (result) spared = *result;
  });
  CHECK(other.see(1));
  bool lost_first = false;
  host.launcher.launch(tool({"stubborn-family", witness.fifo()}), [&](const auto& result) {
    REQUIRE(result.has_value());
    CHECK(result->end == End::supervisor_lost);
    CHECK(result->leftover >= 2);
    CHECK(witness.marked_processes() == 0);
    lost_first = !spared.has_value();
    host.launcher.terminate_all();
  });
  CHECK(witness.see(3));
  const auto supervisor = witness.marked_child();
  REQUIRE(supervisor);
  kill(*supervisor, SIGKILL);
  host.io.run();
  CHECK(lost_first);  // the other launch was not harmed
  REQUIRE(spared);
  CHECK(spared->end == End::terminated);
  CHECK(spared->exit_status == 5);
}

}  // namespace
}  // namespace sharkreg::core
