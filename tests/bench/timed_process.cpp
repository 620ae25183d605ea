// SPDX-License-Identifier: Apache-2.0
#include "timed_process.h"

#include <cerrno>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <system_error>

#include <fmt/format.h>

#include "base/files.h"

namespace sharkreg::bench {
namespace {

using core::Error;
using core::ErrorKind;
using core::Result;

constexpr std::size_t longest_excerpt = 4000;

class FileActions {
 public:
  explicit FileActions(const Command& command) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, 1, command.output.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawn_file_actions_adddup2(&actions_, 1, 2);
    posix_spawn_file_actions_addchdir_np(&actions_, command.directory.c_str());
  }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::chrono::microseconds duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

Result<Ended> run_timed(const Command& command) {
  std::vector<std::string> words = command.words;
  std::vector<std::string> environment = command.environment;
  const std::vector<char*> arguments = pointers_to(words);
  const std::vector<char*> variables = pointers_to(environment);
  const FileActions actions(command);

  using Clock = std::chrono::steady_clock;
  const Clock::time_point started = Clock::now();
  pid_t pid = 0;
  const int error = posix_spawn(&pid, words.front().c_str(), actions.get(), nullptr,
                                arguments.data(), variables.data());
  if (error != 0) {
    return Error{
        ErrorKind::infrastructure,
        fmt::format("cannot start {}: {}", words.front(), std::generic_category().message(error)),
        {}};
  }
  int status = 0;
  rusage usage{};
  while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  Ended ended;
  ended.times.wall = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started);
  ended.times.cpu = duration_of(usage.ru_utime) + duration_of(usage.ru_stime);
  ended.times.most_memory = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  ended.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

Result<Times> run_timed_well(const Command& command) {
  const Result<Ended> ended = run_timed(command);
  if (!ended) return ended.error();
  if (ended->exit_status == 0) return ended->times;
  const Result<std::string> said = core::read_excerpt(command.output, longest_excerpt);
  return Error{
      ErrorKind::infrastructure,
      fmt::format("`{}` ended with exit status {} and said:\n{}", fmt::join(command.words, " "),
                  ended->exit_status, said ? *said : std::string("(nothing that can be read)")),
      {}};
}

}  // namespace sharkreg::bench
