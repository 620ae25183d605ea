// SPDX-License-Identifier: Apache-2.0
#include "child_process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

#include <sharkreg/failure.h>

namespace exec_fetcher {
namespace {

using sharkreg::Failure;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t buffer_size = std::size_t{128} << 10;
constexpr milliseconds beat{1000};
// When its output is over, how often it is looked whether the program has ended.
constexpr milliseconds look_again{10};
constexpr std::chrono::seconds longest_wait_for_group{2};

[[noreturn]] void fail(const std::string& what, int number) {
  throw Failure(Failure::Kind::failed, what + ": " + std::generic_category().message(number));
}

Descriptor checked(int number, const char* what) {
  if (number < 0) fail(what, errno);
  return Descriptor(number);
}

// Above those that the program is given as 0, 1 and 2, which this process may have closed.
Descriptor above_standard(const Descriptor& low) {
  return checked(::fcntl(low.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1), "no pipe can be made");
}

struct Pipe {
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) fail("no pipe can be made", errno);
    const Descriptor low_read_end(ends[0]);
    const Descriptor low_write_end(ends[1]);
    read_end = above_standard(low_read_end);
    write_end = above_standard(low_write_end);
  }
  Descriptor read_end;
  Descriptor write_end;
};

// A file in memory alone: nobody waits for a program that does not read, and nobody gets SIGPIPE.
Descriptor file_with(const std::string& content) {
  const char* const what = "a request cannot be written";
  Descriptor file = above_standard(checked(::memfd_create("request", MFD_CLOEXEC), what));
  for (std::size_t done = 0; done < content.size();) {
    const ssize_t written = ::pwrite(file.get(), content.data() + done, content.size() - done,
                                     static_cast<off_t>(done));
    if (written < 0 && errno != EINTR) fail(what, errno);
    if (written > 0) done += static_cast<std::size_t>(written);
  }
  return file;
}

// Begins a process group, and kills it when this process has ended, however that was: then nobody
// has the other end of `life` any more. Between fork and its end it may do next to nothing, since
// other threads of this process may have held any lock.
[[noreturn]] void guard(int life) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_NAME, "fetch-guard");
  // What is locked by a file that is open here as well is not to stay locked.
  if (life > 0) ::close_range(0, static_cast<unsigned>(life) - 1, 0);
  ::close_range(static_cast<unsigned>(life) + 1, ~0U, 0);
  char byte = 0;
  while (::read(life, &byte, 1) < 0 && errno == EINTR) continue;
  ::kill(0, SIGKILL);
  ::_exit(0);
}

// Returns the group's number, which is the guard's own.
pid_t start_guard(const Descriptor& life) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  // Handlers are for this process.
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t group = ::fork();
  if (group == 0) guard(life.get());
  const int trouble = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (group < 0) fail("no process can be started", trouble);
  // Whoever comes first.
  ::setpgid(group, group);
  return group;
}

// What posix_spawn is told.
class SpawnPlan {
 public:
  SpawnPlan(int input, int output, int error, pid_t group) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, error, STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, group);
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  // 0, or what errno would say.
  int spawn(const std::string& program, const std::string& argument, pid_t& pid) const {
    std::array<char*, 3> arguments{const_cast<char*>(program.c_str()),
                                   const_cast<char*>(argument.c_str()), nullptr};
    return ::posix_spawn(&pid, program.c_str(), &actions_, &attributes_, arguments.data(), environ);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  close();
  number_ = std::exchange(other.number_, -1);
  return *this;
}

void Descriptor::close() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

ChildProcess::ChildProcess(const std::string& program, const std::string& argument,
                           const std::string& input) {
  const Descriptor request = file_with(input);
  Pipe output;
  Pipe error;
  Pipe life;
  group_ = start_guard(life.read_end);
  life_ = std::move(life.write_end);
  const SpawnPlan plan(request.get(), output.write_end.get(), error.write_end.get(), group_);
  if (const int trouble = plan.spawn(program, argument, pid_); trouble != 0) {
    pid_ = 0;
    end_group();
    throw Failure(Failure::Kind::invalid,
                  program + " cannot be started: " + std::generic_category().message(trouble),
                  trouble == ENOEXEC ? "a script begins with a line such as #!/bin/sh" : "");
  }
  output_ = std::move(output.read_end);
  error_ = std::move(error.read_end);
}

ChildProcess::~ChildProcess() {
  if (group_ > 0) end_group();
}

// Ends what is left of its group, the guard as well, and takes its ending.
Ending ChildProcess::end_group() {
  // Before it is waited for: as long as it is there, its group's number is nobody else's.
  ::kill(-group_, SIGKILL);
  const pid_t group = std::exchange(group_, 0);
  const pid_t program = std::exchange(pid_, 0);
  int status = 0;
  while (program > 0 && ::waitpid(program, &status, 0) < 0 && errno == EINTR) continue;
  // The guard is this process's child. In one that takes over orphans, as the host does, its children are now this one's.
  const auto deadline = Clock::now() + longest_wait_for_group;
  for (pid_t waited = 0; waited >= 0 && Clock::now() < deadline;) {
    waited = ::waitpid(-group, nullptr, WNOHANG);
    if (waited == 0) std::this_thread::sleep_for(milliseconds(1));
  }
  if (WIFSIGNALED(status)) return {-1, WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

bool ChildProcess::has_ended() const {
  siginfo_t information{};
  return ::waitid(P_PID, static_cast<id_t>(pid_), &information, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         information.si_pid == pid_;
}

bool ChildProcess::take_output(const OnOutput& on_output) {
  buffer_.resize(buffer_size);
  const ssize_t got = ::read(output_.get(), buffer_.data(), buffer_.size());
  if (got < 0 && errno == EINTR) return true;
  if (got > 0) return on_output(buffer_.data(), static_cast<std::size_t>(got));
  output_.close();
  return true;
}

void ChildProcess::take_error(const OnError& on_error) {
  std::array<char, 4096> bytes;
  const ssize_t got = ::read(error_.get(), bytes.data(), bytes.size());
  if (got < 0 && errno == EINTR) return;
  if (got > 0) {
    on_error({bytes.data(), static_cast<std::size_t>(got)});
  } else {
    error_.close();
  }
}

Ending ChildProcess::run(const OnOutput& on_output, const OnError& on_error,
                         std::chrono::seconds stall) {
  auto last_bytes = Clock::now();
  auto last_beat = last_bytes;
  bool goes_on = true;
  while (goes_on) {
    // Asked before the files are: what it wrote before its end is there then. What it started, and
    // did not wait for, may keep them open.
    const bool ended = has_ended();
    // Closed ones are negative, which poll passes over.
    std::array<pollfd, 2> files{pollfd{output_.get(), POLLIN, 0}, pollfd{error_.get(), POLLIN, 0}};
    const milliseconds wait = ended ? milliseconds(0) : output_.is_open() ? beat : look_again;
    const int ready = ::poll(files.data(), files.size(), static_cast<int>(wait.count()));
    if (ended && ready == 0) return end_group();
    if (ready > 0 && files[0].revents != 0) {
      goes_on = take_output(on_output);
      last_bytes = last_beat = Clock::now();
    }
    if (ready > 0 && files[1].revents != 0) take_error(on_error);
    const auto now = Clock::now();
    if (goes_on && now - last_beat >= beat) {
      goes_on = on_output(nullptr, 0);
      last_beat = now;
    }
    if (now - last_bytes >= stall) {
      end_group();
      throw Failure(Failure::Kind::failed,
                    "nothing came for " + std::to_string(stall.count()) + " s");
    }
  }
  end_group();
  throw Failure(Failure::Kind::cancelled, "it was stopped");
}

}  // namespace exec_fetcher
