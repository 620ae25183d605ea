// SPDX-License-Identifier: Apache-2.0
#include "worker_process.h"

#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixtures.h"

namespace sharkreg::core {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

pid_t spawn(const std::vector<std::string>& arguments, const ScratchDirectory& scratch) {
  const std::string program = SHARKREG_LIBEXEC_DIR "/sharkreg-worker";
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const std::string output = scratch / "output";
  const std::string error = scratch / "error";
  const int mode = O_CREAT | O_WRONLY | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), mode, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, error.c_str(), mode, 0600);
  pid_t child = 0;
  const int trouble =
      ::posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (trouble != 0) throw std::runtime_error(program + ": " + std::strerror(trouble));
  return child;
}

// Whether the child ended in time.
bool wait_for(pid_t child, std::chrono::milliseconds limit) {
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (handle < 0) throw std::runtime_error("pidfd_open failed");
  pollfd waiting{handle, POLLIN, 0};
  const int ready = ::poll(&waiting, 1, static_cast<int>(limit.count()));
  ::close(handle);
  return ready == 1;
}

}  // namespace

WorkerRun run_worker(const std::vector<std::string>& arguments, std::chrono::milliseconds limit) {
  const ScratchDirectory scratch;
  const pid_t child = spawn(arguments, scratch);
  WorkerRun run;
  if (!wait_for(child, limit)) {
    run.timed_out = true;
    ::kill(child, SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status)) run.exit_status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) run.signal = WTERMSIG(status);
  run.standard_output = content_of(scratch / "output");
  run.standard_error = content_of(scratch / "error");
  return run;
}

Result<Inspection> WorkerInspector::inspect(const std::filesystem::path& library) {
  ++calls;
  const WorkerRun run = run_worker({"describe", library}, limit_);
  if (run.exit_status == 0) return Inspection{run.standard_output, {}, false};
  const auto refused = [](const std::string& message, bool broke) {
    return Inspection{{}, Error{ErrorKind::infrastructure, message, ""}, broke};
  };
  if (run.timed_out) return refused("it took too long", true);
  if (run.signal != 0) return refused("signal " + std::to_string(run.signal), true);
  return refused(run.standard_error.substr(0, run.standard_error.find('\n')), false);
}

}  // namespace sharkreg::core
