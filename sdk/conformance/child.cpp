// SPDX-License-Identifier: Apache-2.0
#include "child.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "message.h"

namespace sharkreg::conformance {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int report_descriptor = 100;  // not one that a plugin hits by a slip

[[noreturn]] void throw_system(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  int get() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

void limit(int resource, rlim_t most) {
  const struct rlimit both {
    most, most
  };
  ::setrlimit(static_cast<__rlimit_resource>(resource), &both);
}

// Between fork and exec.
[[noreturn]] void become(const std::vector<char*>& arguments, int report, const std::string& said,
                         const std::string& directory, const Limits& limits) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int null = ::open("/dev/null", O_RDONLY);
  const int out = ::open(said.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
  if (null < 0 || out < 0 || ::chdir(directory.c_str()) != 0) ::_exit(125);
  ::dup2(null, 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
  ::dup2(report, report_descriptor);
  ::close_range(3, report_descriptor - 1, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, rlim_t{1} << 28);
#if SR_BUILD_FLAGS == 0
  limit(RLIMIT_AS, rlim_t{limits.megabytes} << 20);
#else
  static_cast<void>(limits);
#endif
  ::execv("/proc/self/exe", arguments.data());
  ::_exit(125);
}

struct Ending {
  std::string lines;
  int status = 0;  // of waitpid
  bool timed_out = false;
};

void read_some(int pipe, std::string& lines) {
  char buffer[65536];
  const ssize_t count = ::read(pipe, buffer, sizeof buffer);
  if (count > 0) lines.append(buffer, static_cast<std::size_t>(count));
}

// Reads what the child reports, until it ends or its time is over.
Ending watch(pid_t child, int pipe, double seconds) {
  Ending ending;
  const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  if (process.get() < 0) throw_system("cannot watch a child process");
  const auto deadline = Clock::now() + std::chrono::duration<double>(seconds);
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd events[] = {{pipe, POLLIN, 0}, {process.get(), POLLIN, 0}};
    const int ready = ::poll(events, 2, static_cast<int>(std::max<long>(left, 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      ending.timed_out = true;
      break;
    }
    if ((events[0].revents & POLLIN) != 0) {
      read_some(pipe, ending.lines);
    } else if ((events[1].revents & POLLIN) != 0) {
      break;
    } else if (events[0].revents != 0) {
      pipe = -1;  // closed; poll looks past it
    }
  }
  ::kill(-child, SIGKILL);
  ::kill(child, SIGKILL);
  while (::waitpid(child, &ending.status, 0) < 0 && errno == EINTR) {
  }
  return ending;
}

// The last words of what the child printed, on one line.
std::string last_words(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(stream), {}};
  constexpr std::size_t most = 200;
  std::string_view rest = all;
  while (!rest.empty() && rest.back() == '\n') rest.remove_suffix(1);
  if (rest.size() > most) rest.remove_prefix(rest.size() - most);
  return rest.empty() ? std::string() : "; it printed " + shown(rest);
}

// What became of a child that did not finish its case.
std::string end_of(const Ending& ending, const Limits& limits) {
  if (ending.timed_out) return fmt::format("nothing within the time limit of {} s", limits.seconds);
  if (WIFSIGNALED(ending.status)) {
    const int signal = WTERMSIG(ending.status);
    return fmt::format("the process was ended by SIG{}", ::sigabbrev_np(signal));
  }
  return fmt::format("the process ended with exit status {}", WEXITSTATUS(ending.status));
}

std::string advice_for(const Ending& ending, const Limits& limits) {
  if (ending.timed_out) return "return in time; --time-limit gives slow plugins more";
  if (WIFSIGNALED(ending.status)) {
    return fmt::format("run this case with --in-process in a debugger; memory is limited to {} MB",
                       limits.megabytes);
  }
  return "report trouble by a status; a plugin never ends the process";
}

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) ::_exit(125);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

Performed perform_in_child(const NamedCase& chosen, const Subject& subject, const Limits& limits) {
  std::vector<std::string> texts = {"sharkreg-conformance", "--run-case=" + chosen.name,
                                    "--scratch=" + subject.scratch.native()};
  if (!subject.url.empty()) texts.push_back("--url=" + subject.url);
  texts.insert(texts.end(), {"--", subject.file.native()});
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_system("no pipe");
  const Descriptor read_end(ends[0]);
  Descriptor write_end(ends[1]);
  const std::string said = (subject.scratch / "printed").native();

  const auto begin = Clock::now();
  const pid_t child = ::fork();
  if (child < 0) throw_system("no child process");
  if (child == 0) become(arguments, write_end.get(), said, subject.scratch.native(), limits);
  ::setpgid(child, child);
  write_end.close();
  const Ending ending = watch(child, read_end.get(), limits.seconds);

  Told told = read_lines(ending.lines);
  Performed performed = std::move(told.performed);
  if (!told.finished) {
    if (told.asked.empty() && WIFEXITED(ending.status) && WEXITSTATUS(ending.status) == 125) {
      throw std::runtime_error("a child process could not be prepared");
    }
    performed.result.outcome = Outcome::failed;
    performed.result.finding = {told.asked, "a call that returns",
                                end_of(ending, limits) + last_words(said),
                                advice_for(ending, limits)};
  }
  performed.result.name = chosen.name;
  performed.result.sentence = chosen.check.sentence;
  performed.result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return performed;
}

void be_child(const std::string& name, const Subject& subject) {
  ::fcntl(report_descriptor, F_SETFD, FD_CLOEXEC);
  const auto chosen = find_case(name);
  if (!chosen) ::_exit(125);
  const Performed performed = perform(*chosen, subject, [](const std::string& asked) {
    write_all(report_descriptor, question_line(asked));
  });
  write_all(report_descriptor, result_line(performed));
  // Not exit(): what a plugin registered for it is no part of this case.
  ::_exit(0);
}

}  // namespace sharkreg::conformance
