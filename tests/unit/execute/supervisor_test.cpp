// SPDX-License-Identifier: Apache-2.0
// The program sharkreg-supervisor by itself, and the parts that it shares with the host.
#include <algorithm>
#include <signal.h>
#include <spawn.h>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <vector>

#include <doctest/doctest.h>

#include "execute/supervisor/status.h"
#include "witness.h"

namespace sharkreg::core {
namespace {

// A supervisor whose status line and messages go to a pipe, and so does the program's output.
class Supervisor {
 public:
  explicit Supervisor(std::vector<std::string> arguments) {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    reader_ = Descriptor(ends[0]);
    const Descriptor writer(ends[1]);
    arguments.insert(arguments.begin(), SHARKREG_SUPERVISOR);
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, writer.get(), 1);
    posix_spawn_file_actions_adddup2(&actions, writer.get(), 2);
    posix_spawn_file_actions_adddup2(&actions, writer.get(), 3);
    REQUIRE(posix_spawn(&pid_, pointers[0], &actions, nullptr, pointers.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
  }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  ~Supervisor() {
    if (pid_ > 0) finish();
  }

  pid_t pid() const { return pid_; }

  // Waits for its end; what it said.
  std::string finish() {
    std::string said;
    char bytes[256];
    for (ssize_t length = 0; (length = read(reader_.get(), bytes, sizeof bytes)) > 0;) {
      said.append(bytes, static_cast<std::size_t>(length));
    }
    int wait_status = 0;
    waitpid(pid_, &wait_status, 0);
    pid_ = 0;
    exit_status_ = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -1;
    return said;
  }

  SupervisorStatus status() {
    const std::string said = finish();
    const auto status = parse_status(said);
    REQUIRE_MESSAGE(status.has_value(), said);
    CHECK(exit_status_ == 0);
    return *status;
  }

  int exit_status() const { return exit_status_; }

 private:
  pid_t pid_ = 0;
  Descriptor reader_;
  int exit_status_ = -1;
};

TEST_CASE("a status survives being written and read") {
  SupervisorStatus status;
  status.start_error = 13;
  status.start_step = "exec";
  status.timed_out = true;
  status.leftover = 2;
  status.survivors = 1;
  status.wall_us = 5'000'000'000;
  status.user_us = 6;
  status.system_us = 7;
  status.max_rss_kib = 8;
  status.limit = ReachedLimit::memory;
  status.out_of_memory = true;
  status.memory_kib = 9;
  status.output_left_out = 10;
  status.errors_left_out = 11;
  const std::string line = format_status(status);
  CHECK(line ==
        "start_error=13 start_step=exec timed_out=1 terminated=0 leftover=2 survivors=1 "
        "wall_us=5000000000 user_us=6 system_us=7 max_rss_kib=8 limit=memory out_of_memory=1 memory_kib=9 "
        "output_left_out=10 errors_left_out=11\n");
  const auto read = parse_status(line);
  REQUIRE(read);
  CHECK(format_status(*read) == line);
  CHECK_FALSE(read->exit_status);

  CHECK(parse_status("exit=3 of_tomorrow=x\n")->exit_status == 3);
  for (const char* bad : {"", "exit=3", "exit=\n", "exit=x\n", "exit=3x\n", "exit\n",
                          "exit=99999999999\n", "timed_out=yes\n", "limit=taste\n"}) {
    CHECK_FALSE_MESSAGE(parse_status(bad).has_value(), bad);
  }

  const std::string stall = format_stall({1, 2, 3});
  CHECK(stall == "stalled_ms=1 wall_us=2 cpu_us=3\n");
  CHECK(format_stall(*parse_stall(stall)) == stall);
  CHECK_FALSE(parse_status(stall).has_value());
  CHECK_FALSE(parse_stall(line).has_value());
  CHECK_FALSE(parse_stall("stalled_ms=1").has_value());
}

TEST_CASE("descendants are found at any depth, in any order, and whatever /proc holds") {
  const auto process = [](pid_t pid, pid_t parent) {
    Process made;
    made.pid = pid;
    made.parent = parent;
    return made;
  };
  const auto pids = [](const std::vector<Process>& processes) {
    std::vector<pid_t> numbers;
    for (const Process& each : processes) numbers.push_back(each.pid);
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  };
  const std::vector<Process> processes{process(9, 5), process(2, 1), process(5, 2),
                                       process(3, 2), process(4, 1), process(8, 4)};
  CHECK(pids(descendants_of(2, processes)) == std::vector<pid_t>{3, 5, 9});
  CHECK(descendants_of(9, processes).empty());
  // Two passes over /proc may disagree, since identifiers are reused: a circle must not hang.
  CHECK(pids(descendants_of(2, {process(3, 2), process(2, 3)})) == std::vector<pid_t>{3});
}

TEST_CASE("a process whose name looks like fields of /proc is read rightly") {
  char name[16];
  REQUIRE(prctl(PR_GET_NAME, name) == 0);
  REQUIRE(prctl(PR_SET_NAME, ") Z 1 1 (\n") == 0);
  const std::vector<Process> processes = read_processes();
  prctl(PR_SET_NAME, name);
  const auto self = std::find_if(processes.begin(), processes.end(),
                                 [](const Process& each) { return each.pid == getpid(); });
  REQUIRE(self != processes.end());
  CHECK(self->parent == getppid());
  CHECK(self->group == getpgrp());
  CHECK(self->session == getsid(0));
  CHECK_FALSE(self->zombie);
}

TEST_CASE("a wrong command line is refused before anything is started") {
  const std::string tool = SHARKREG_PROCESS_TOOL;
  const std::vector<std::vector<std::string>> wrong{
      {},
      {"--status-fd=3"},
      {"--status-fd=3", "--"},
      {"--", tool, "exit", "0"},
      {"--status-fd=", "--", tool, "exit", "0"},
      {"--status-fd=-3", "--", tool, "exit", "0"},
      {"--status-fd=3", "--time-limit-ms=1s", "--", tool, "exit", "0"},
      {"--status-fd=3", "--time-limit-ms=99999999999999999999", "--", tool, "exit", "0"},
      {"--status-fd=3", "--limit-cor-bytes=0", "--", tool, "exit", "0"},
      {"--status-fd=3", tool, "exit", "0"},
      {"--status-fd=3", "--memory-limit-bytes=1G", "--", tool, "exit", "0"},
      {"--status-fd=3", "--output-limit-bytes=-1", "--", tool, "exit", "0"},
      {"--status-fd=3", "--control-group=", "--", tool, "exit", "0"},
  };
  for (const auto& arguments : wrong) {
    Supervisor supervisor(arguments);
    const std::string said = supervisor.finish();
    CHECK(supervisor.exit_status() == 2);
    CHECK(said.find("usage: sharkreg-supervisor") != std::string::npos);
  }
  Supervisor supervisor({"--status-fd=77", "--", tool, "exit", "0"});
  CHECK(supervisor.finish() == "sharkreg-supervisor: --status-fd: Bad file descriptor\n");
  CHECK(supervisor.exit_status() == 1);
}

TEST_CASE("a supervisor whose parent is another one already starts nothing") {
  Supervisor supervisor(
      {"--status-fd=3", "--parent-pid=1", "--", SHARKREG_PROCESS_TOOL, "exit", "0"});
  CHECK(supervisor.finish().empty());
  CHECK(supervisor.exit_status() == 1);
}

TEST_CASE("without a parent and without limits it just runs the program") {
  Supervisor supervisor({"--status-fd=3", "--", SHARKREG_PROCESS_TOOL, "exit", "3"});
  const SupervisorStatus status = supervisor.status();
  CHECK(status.exit_status == 3);
  CHECK_FALSE(status.timed_out);
  CHECK_FALSE(status.terminated);
  CHECK(status.wall_us > 0);
}

TEST_CASE("the program has no descriptor but the standard ones") {
  const Descriptor inheritable(open("/dev/null", O_RDONLY));
  Supervisor supervisor({"--status-fd=3", "--", SHARKREG_PROCESS_TOOL, "descriptors"});
  CHECK(supervisor.finish().starts_with("0\n1\n2\nexit=0 "));
}

TEST_CASE("the program dies with its supervisor") {
  Witness witness;
  Supervisor supervisor({"--status-fd=3", "--", SHARKREG_PROCESS_TOOL, "obey", witness.fifo()});
  CHECK(witness.see(1));
  kill(supervisor.pid(), SIGKILL);
  CHECK(witness.see_the_end());
  CHECK(supervisor.finish().empty());
}

TEST_CASE("SIGHUP, which the kernel sends when the parent dies, kills at once") {
  Witness witness;
  Supervisor supervisor({"--status-fd=3", "--terminate-grace-ms=60000", "--", SHARKREG_PROCESS_TOOL,
                         "stubborn-family", witness.fifo()});
  CHECK(witness.see(3));
  kill(supervisor.pid(), SIGHUP);
  CHECK(supervisor.status().signal == SIGKILL);
  CHECK(witness.see_the_end());
}

TEST_CASE("a request to stop shortens the grace of a time limit") {
  Witness witness;
  Supervisor supervisor({"--status-fd=3", "--time-limit-ms=200", "--grace-ms=600000",
                         "--terminate-grace-ms=50", "--", SHARKREG_PROCESS_TOOL, "note",
                         witness.fifo()});
  CHECK(witness.see(2));  // its time is over
  kill(supervisor.pid(), SIGINT);
  const SupervisorStatus status = supervisor.status();
  CHECK(status.timed_out);  // that came first
  CHECK(status.signal == SIGKILL);
}

TEST_CASE("signals that mean nothing to a supervisor do not end it") {
  Witness witness;
  Supervisor supervisor({"--status-fd=3", "--", SHARKREG_PROCESS_TOOL, "obey", witness.fifo()});
  CHECK(witness.see(1));
  for (const int number : {SIGPIPE, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU}) {
    kill(supervisor.pid(), number);
  }
  kill(supervisor.pid(), SIGTERM);
  const SupervisorStatus status = supervisor.status();
  CHECK(status.terminated);
  CHECK(status.exit_status == 5);
}

// A program that changes its user, as sudo does, cannot be killed by the one who started it.
TEST_CASE("who cannot be killed is reported as a survivor, and not waited for without end") {
  if (getuid() != 0) {
    MESSAGE("skipped: only root can make a program that changes its user");
    return;
  }
  constexpr uid_t nobody = 65534;
  Witness witness;
  const std::string supervisor = witness.file("supervisor");
  const std::string tool = witness.file("tool");
  std::filesystem::copy_file(SHARKREG_SUPERVISOR, supervisor);
  std::filesystem::copy_file(SHARKREG_PROCESS_TOOL, tool);
  chmod(tool.c_str(), 04755);
  chmod(witness.directory().c_str(), 0755);
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const Descriptor reader(ends[0]);
  const std::string fifo = witness.fifo();
  const pid_t child = fork();
  if (child == 0) {
    if (dup2(ends[1], 3) != 3 || setgid(nobody) != 0 || setuid(nobody) != 0) _exit(2);
    execl(supervisor.c_str(), supervisor.c_str(), "--status-fd=3", "--time-limit-ms=500",
          "--grace-ms=0", "--kill-wait-ms=100", "--", tool.c_str(), "become-root", fifo.c_str(),
          nullptr);
    _exit(2);
  }
  close(ends[1]);
  char line[512];
  const ssize_t length = read(reader.get(), line, sizeof line);
  waitpid(child, nullptr, 0);
  for (const Process& process : read_processes()) {
    if (witness.is_marked(process.pid)) kill(process.pid, SIGKILL);
  }
  const auto status =
      parse_status({line, length > 0 ? static_cast<std::size_t>(length) : std::size_t{0}});
  REQUIRE(status);
  if (status->exit_status == 3) {
    MESSAGE("skipped: setuid programs do not work in the temporary directory");
    return;
  }
  CHECK(status->timed_out);
  CHECK(status->survivors == 1);
  CHECK_FALSE(status->exit_status);
  CHECK_FALSE(status->signal);
  CHECK(witness.see(1));
  CHECK(witness.see_the_end());
}

}  // namespace
}  // namespace sharkreg::core
