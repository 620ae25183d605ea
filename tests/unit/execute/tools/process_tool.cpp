// SPDX-License-Identifier: Apache-2.0
// The program that tests of the launcher and the supervisor run: it does one thing, named by its
// first argument, and does it exactly.
//
// Things that do not end by themselves take a FIFO: each process of theirs writes one byte to it
// when it has come so far, and keeps it open; so a test knows when all are there, and, by the end
// of file, when all are gone.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <signal.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

std::string argument_at(const std::vector<std::string>& arguments, std::size_t index) {
  if (index < arguments.size()) return arguments[index];
  std::cerr << "process_tool: an argument is missing\n";
  std::exit(2);
}

void report_ready(const std::string& fifo) {
  const int file = open(fifo.c_str(), O_WRONLY);
  if (file < 0 || write(file, "r", 1) != 1) std::exit(2);
}

// Until it is killed; but when a defect lets it escape, not for ever.
[[noreturn]] void stay() {
  alarm(60);
  while (true) pause();
}

[[noreturn]] void raise_default(int number) {
  signal(number, SIG_DFL);
  raise(number);
  std::exit(2);
}

int list_descriptors() {
  std::vector<int> numbers;
  DIR* directory = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(directory)) {
    if (entry->d_name[0] == '.') continue;
    const int number = std::atoi(entry->d_name);
    if (number != dirfd(directory)) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  for (const int number : numbers) std::cout << number << '\n';
  return 0;
}

// The signals that are blocked or ignored, and whether this is the leader of a session.
int print_signals() {
  sigset_t blocked;
  sigprocmask(SIG_BLOCK, nullptr, &blocked);
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action {};
    if (sigismember(&blocked, number) == 1) std::cout << number << " is blocked\n";
    if (sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) {
      std::cout << number << " is ignored\n";
    }
  }
  std::cout << (getsid(0) == getpid() ? "leads a session\n" : "is in another's session\n");
  return 0;
}

int print_limits() {
  for (const auto resource : {RLIMIT_CORE, RLIMIT_AS, RLIMIT_FSIZE}) {
    rlimit limit{};
    getrlimit(resource, &limit);
    if (limit.rlim_cur == RLIM_INFINITY)
      std::cout << "none\n";
    else
      std::cout << limit.rlim_cur << '\n';
  }
  return 0;
}

int flood(long long bytes) {
  const std::string block(1 << 16, 'x');
  while (bytes > 0) {
    const auto now = static_cast<std::size_t>(std::min<long long>(bytes, std::ssize(block)));
    const ssize_t written = write(STDOUT_FILENO, block.data(), now);
    if (written < 0) return 1;
    bytes -= written;
  }
  return 0;
}

int use_memory(std::size_t mebibytes) {
  const std::string memory(mebibytes << 20, 'x');
  return memory.ends_with('x') ? 0 : 1;
}

// So much memory, and no end. One byte.
[[noreturn]] void hoard(const std::string& fifo, std::size_t mebibytes) {
  const std::string memory(mebibytes << 20, 'x');
  report_ready(fifo);
  while (memory.ends_with('x')) stay();
  _exit(2);
}

// Two processes with so much memory each, of which the second is a daemon. Two bytes.
[[noreturn]] void hoard_twice(const std::string& fifo, std::size_t mebibytes) {
  if (fork() == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    hoard(fifo, mebibytes);
  }
  hoard(fifo, mebibytes);
}

int use_time(int milliseconds) {
  const clock_t end = clock() + milliseconds * (CLOCKS_PER_SEC / 1000);
  while (clock() < end) {
  }
  return 0;
}

// Four processes that share so much memory since a fork, for as long as this one takes to use some
// time. Exits with status 6.
int share_memory(std::size_t mebibytes) {
  const std::string memory(mebibytes << 20, 'x');
  for (int child = 0; child < 3; ++child) {
    if (fork() == 0) stay();
  }
  use_time(400);
  return memory.ends_with('x') ? 6 : 2;
}

// A child that uses time without end, for which this process waits.
int have_time_used() {
  if (fork() == 0) use_time(600'000);
  wait(nullptr);
  return 0;
}

// Itself, a child, and a grandchild with a session of its own whose parent is gone; none heeds
// SIGTERM, and the child is stopped. Three bytes.
[[noreturn]] void stubborn_family(const std::string& fifo) {
  signal(SIGTERM, SIG_IGN);
  if (fork() == 0) {
    report_ready(fifo);
    raise(SIGSTOP);
    stay();
  }
  if (fork() == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    report_ready(fifo);
    stay();
  }
  report_ready(fifo);
  stay();
}

// Ends by itself, with exit status 7, and leaves a child and a daemon behind. Two bytes.
int leave_two(const std::string& fifo) {
  int ready[2];
  if (pipe(ready) != 0) return 2;
  const auto remain = [&]() {
    report_ready(fifo);
    close(ready[0]);
    close(ready[1]);
    stay();
  };
  if (fork() == 0) remain();
  if (fork() == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    remain();
  }
  close(ready[1]);
  char byte = 0;
  return read(ready[0], &byte, 1) == 0 ? 7 : 2;  // the end of file: both are ready
}

// Besides this process, eight that for ever fork and exit, so that none of their incarnations lives
// longer than some microseconds, and none heeds SIGTERM. Not quite for ever: after two seconds each
// writes a byte and ends, since one that escaped would fill the table of processes. One byte.
[[noreturn]] void comets(const std::string& fifo, bool in_new_sessions) {
  signal(SIGTERM, SIG_IGN);
  report_ready(fifo);
  int missing = 8;
  while (missing > 0 && fork() != 0) --missing;
  if (missing == 0) stay();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  while (std::chrono::steady_clock::now() < end) {
    if (fork() > 0) _exit(0);
    if (in_new_sessions) setsid();
  }
  report_ready(fifo);
  _exit(0);
}

// Exits with status 5 on SIGTERM. One byte.
[[noreturn]] void obey(const std::string& fifo) {
  signal(SIGTERM, [](int) { _exit(5); });
  report_ready(fifo);
  stay();
}

// The same, but stopped.
[[noreturn]] void obey_stopped(const std::string& fifo) {
  signal(SIGTERM, [](int) { _exit(5); });
  report_ready(fifo);
  raise(SIGSTOP);
  stay();
}

// Goes on when it gets SIGTERM. One byte at first, and one for each SIGTERM.
[[noreturn]] void note(const std::string& fifo) {
  static int file = -1;
  signal(SIGTERM, [](int) {
    if (write(file, "t", 1) != 1) _exit(2);
  });
  file = open(fifo.c_str(), O_WRONLY);
  if (file < 0 || write(file, "r", 1) != 1) std::exit(2);
  stay();
}

// Prints twenty megabytes, and does not end. One byte.
[[noreturn]] void flood_and_stay(const std::string& fifo) {
  if (flood(20'000'000) != 0) std::exit(2);
  report_ready(fifo);
  stay();
}

// A daemon that has nothing open and heeds no SIGTERM; besides, obeys. Two bytes. The daemon is known
// by its arguments only.
[[noreturn]] void leave_closed_daemon(const std::string& fifo) {
  if (fork() == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    signal(SIGTERM, SIG_IGN);
    report_ready(fifo);
    closefrom(0);
    stay();
  }
  obey(fifo);
}

// Being a setuid program of root's, cuts the ties to the user who started it; then obeys.
[[noreturn]] void become_root(const std::string& fifo) {
  if (setuid(0) != 0) std::exit(3);
  obey(fifo);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const std::string what = argument_at(arguments, 0);
  if (what == "descriptors") return list_descriptors();
  if (what == "signals") return print_signals();
  if (what == "limits") return print_limits();
  if (what == "environment") {
    for (char** line = environ; *line != nullptr; ++line) std::puts(*line);
    return 0;
  }
  if (what == "arguments") {
    for (const std::string& argument : arguments) std::cout << '[' << argument << "]\n";
    return 0;
  }
  if (what == "directory") return std::puts(getcwd(nullptr, 0)) < 0;
  if (what == "input") {
    std::cout << std::string(std::istreambuf_iterator<char>(std::cin), {}).size() << " bytes\n";
    return 0;
  }
  if (what == "both") {
    for (int line = 0; line < 3; ++line) {
      std::cout << "out " << line << std::endl;
      std::cerr << "error " << line << std::endl;
    }
    return 0;
  }

  const std::string value = argument_at(arguments, 1);
  if (what == "exit") return std::stoi(value);
  if (what == "signal") raise_default(std::stoi(value));
  if (what == "flood") return flood(std::stoll(value));
  if (what == "memory") return use_memory(std::stoul(value));
  if (what == "time") return use_time(std::stoi(value));
  if (what == "share-memory") return share_memory(std::stoul(value));
  if (what == "have-time-used") return have_time_used();
  if (what == "hoard") hoard(value, std::stoul(argument_at(arguments, 2)));
  if (what == "hoard-twice") hoard_twice(value, std::stoul(argument_at(arguments, 2)));
  if (what == "flood-and-stay") flood_and_stay(value);
  if (what == "leave-closed-daemon") leave_closed_daemon(value);
  if (what == "stubborn-family") stubborn_family(value);
  if (what == "leave-two") return leave_two(value);
  if (what == "comets") comets(value, false);
  if (what == "wandering-comets") comets(value, true);
  if (what == "obey") obey(value);
  if (what == "obey-stopped") obey_stopped(value);
  if (what == "note") note(value);
  if (what == "become-root") become_root(value);
  std::cerr << "process_tool: cannot do: " << what << '\n';
  return 2;
}
