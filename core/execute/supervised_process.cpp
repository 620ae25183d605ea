// SPDX-License-Identifier: Apache-2.0
#include "execute/supervised_process.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <signal.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace sharkreg::core {
namespace {

constexpr int status_fd = 3;  // in the supervisor, behind 0, 1 and 2

Error system_error(const std::string& what, int number, std::string hint = {}) {
  return {ErrorKind::infrastructure, what + ": " + std::generic_category().message(number),
          std::move(hint)};
}

// Moves a descriptor out of the way of 0 to 3, which the supervisor's are made from one by one.
// They are low only if the host was started without standard streams.
Descriptor lifted(int number) {
  if (number < 0 || number > status_fd) return Descriptor(number);
  const Descriptor low(number);
  return Descriptor(fcntl(low.get(), F_DUPFD_CLOEXEC, status_fd + 1));
}

Result<Descriptor> open_path(const std::filesystem::path& path, int flags, const char* what) {
  constexpr mode_t permissions = 0666;  // less the umask
  Descriptor opened = lifted(open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, permissions));
  if (opened) return opened;
  return system_error("cannot open the " + std::string(what) + " \"" + path.string() + '"', errno);
}

Result<Descriptor> open_output(const std::filesystem::path& path, const char* what) {
  if (path.empty()) return open_path("/dev/null", O_WRONLY, what);
  // For the supervisor to read, which bounds it.
  return open_path(path, O_RDWR | O_CREAT | O_TRUNC, what);
}

// What the supervisor is to find open: its 0, 1, 2, its working directory, and its end of the pipe.
struct ChildFiles {
  Descriptor input, output, errors, directory, status;
};

Result<ChildFiles> open_files(const LaunchRequest& request) {
  ChildFiles files;
  auto input = open_path("/dev/null", O_RDONLY, "standard input");
  if (!input) return input.error();
  files.input = std::move(*input);

  if (!request.working_directory.empty()) {
    auto directory =
        open_path(request.working_directory, O_PATH | O_DIRECTORY, "working directory");
    if (!directory) return directory.error();
    files.directory = std::move(*directory);
  }

  auto output = open_output(request.standard_output, "file for the standard output");
  if (!output) return output.error();
  files.output = std::move(*output);
  // With one file for both, each line has to land behind the one before: the same open file.
  if (request.standard_error == request.standard_output) return files;
  auto errors = open_output(request.standard_error, "file for the standard error");
  if (!errors) return errors.error();
  files.errors = std::move(*errors);
  return files;
}

class FileActions {
 public:
  explicit FileActions(const ChildFiles& files) {
    posix_spawn_file_actions_init(&actions_);
    const Descriptor& errors = files.errors ? files.errors : files.output;
    posix_spawn_file_actions_adddup2(&actions_, files.input.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, files.output.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, errors.get(), STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, files.status.get(), status_fd);
    if (files.directory) {
      posix_spawn_file_actions_addfchdir_np(&actions_, files.directory.get());
    }
    posix_spawn_file_actions_addclosefrom_np(&actions_, status_fd + 1);
  }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

// A process group of its own, since Ctrl-C at the terminal is the host's to act on. Not a session
// of its own: see kill_orphans. All signals blocked from the first moment, so that one which is
// sent before the supervisor can act on it waits.
class Attributes {
 public:
  Attributes() {
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> command_line(const std::filesystem::path& supervisor,
                                      const LaunchRequest& request) {
  std::vector<std::string> line{supervisor.string()};
  const auto add = [&line](const char* name, std::int64_t value) {
    line.push_back(name + std::to_string(value));
  };
  const auto add_limit = [&add](const char* name, std::optional<std::uint64_t> value) {
    constexpr std::uint64_t highest = INT64_MAX;
    if (value) add(name, static_cast<std::int64_t>(std::min(*value, highest)));
  };
  add("--status-fd=", status_fd);
  add("--parent-pid=", getpid());
  add("--time-limit-ms=", request.time_limit.count());
  add("--grace-ms=", request.grace.count());
  add("--terminate-grace-ms=", request.terminate_grace.count());
  add_limit("--limit-core-bytes=", request.core_file_bytes);
  add_limit("--limit-address-space-bytes=", request.address_space_bytes);
  const ActionLimits& limits = request.limits;
  add_limit("--limit-file-bytes=", limits.file_bytes);
  add_limit("--memory-limit-bytes=", limits.memory_bytes);
  add_limit("--output-limit-bytes=", limits.output_bytes);
  if (request.standard_output_is_result) line.emplace_back("--keep-output=1");
  if (limits.cpu_time.count() > 0) add("--cpu-limit-ms=", limits.cpu_time.count());
  if (request.on_stall && limits.stall_after.count() > 0) {
    add("--stall-after-ms=", limits.stall_after.count());
  }
  if (!limits.control_group.empty()) {
    line.push_back("--control-group=" + std::filesystem::absolute(limits.control_group).string());
  }
  line.insert(line.end(), {"--", request.program});
  line.insert(line.end(), request.arguments.begin(), request.arguments.end());
  return line;
}

std::vector<std::string> environment_lines(const LaunchRequest& request) {
  std::vector<std::string> lines;
  lines.reserve(request.environment.size());
  for (const auto& [name, value] : request.environment) lines.push_back(name + '=' + value);
  return lines;
}

// What the kernel's interface cannot carry would be cut short silently.
std::optional<Error> find_fault(const LaunchRequest& request) {
  const auto fault = [](std::string message) {
    return Error{ErrorKind::invalid, std::move(message), {}};
  };
  const auto has_zero = [](const std::string& text) {
    return text.find('\0') != std::string::npos;
  };
  if (request.program.empty()) return fault("a launch without a program");
  if (has_zero(request.program) || std::ranges::any_of(request.arguments, has_zero)) {
    return fault("an argument of \"" + request.program + "\" holds a zero byte");
  }
  for (const auto& [name, value] : request.environment) {
    if (name.empty() || name.find('=') != std::string::npos || has_zero(name) || has_zero(value)) {
      return fault("the environment of \"" + request.program + "\" cannot hold \"" + name + '"');
    }
  }
  for (const auto time : {request.time_limit, request.grace, request.terminate_grace,
                          request.limits.cpu_time, request.limits.stall_after}) {
    if (time.count() < 0) return fault("\"" + request.program + "\" has a time limit below zero");
  }
  return std::nullopt;
}

Result<pid_t> spawn(const std::filesystem::path& supervisor, const LaunchRequest& request,
                    const ChildFiles& files) {
  std::vector<std::string> arguments = command_line(supervisor, request);
  std::vector<std::string> environment = environment_lines(request);
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, supervisor.c_str(), FileActions(files).get(), Attributes().get(),
                  pointers_to(arguments).data(), pointers_to(environment).data());
  if (error == 0) return pid;
  if (error == E2BIG) {
    return system_error("cannot start \"" + request.program + '"', error,
                        "its arguments and environment are longer than the kernel takes");
  }
  return system_error("cannot start \"" + supervisor.string() + '"', error,
                      error == ENOENT ? "this installation of sharkreg is not complete" : "");
}

}  // namespace

Result<SupervisedProcess> start_supervised(const std::filesystem::path& supervisor,
                                           const LaunchRequest& request) {
  if (auto fault = find_fault(request)) return *fault;
  auto files = open_files(request);
  if (!files) return files.error();

  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    return system_error("cannot make a pipe", errno);
  }
  SupervisedProcess process;
  process.status = Descriptor(pipe_ends[0]);
  files->status = lifted(pipe_ends[1]);
  if (!files->status) return system_error("cannot duplicate a descriptor", errno);

  const auto pid = spawn(supervisor, request, *files);
  if (!pid) return pid.error();
  process.pid = *pid;
  process.ended = open_pidfd(process.pid);
  if (process.ended) return process;

  const int error = errno;
  kill(process.pid, SIGHUP);  // it ends all its descendants, and itself
  waitpid(process.pid, nullptr, 0);
  return system_error("cannot watch \"" + request.program + '"', error);
}

}  // namespace sharkreg::core
