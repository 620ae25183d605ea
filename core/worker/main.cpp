// SPDX-License-Identifier: Apache-2.0
// sharkreg-worker: runs code of plugins in a process of its own, which may end or hang without harm
// to the host. See plugin_host/worker_request.h.

#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

#include "commands.h"
#include "report.h"

namespace {

using sharkreg::core::WorkerStatus;

// Where `serve` finds the socket that leads to the host.
constexpr int served_descriptor = 3;

constexpr const char* usage =
    "usage: sharkreg-worker describe LIBRARY\n"
    "       sharkreg-worker execute REQUEST\n"
    "       sharkreg-worker serve LIBRARY\n"
    "sharkreg starts this program by itself.\n";

// Takes standard output for the worker's own answer: a plugin's code may print at any time, even
// while it is loaded. From now on what is printed goes to standard error.
int take_standard_output() {
  const int output = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  return output;
}

WorkerStatus run(int count, char** arguments) {
  const std::string_view command = count == 3 ? arguments[1] : "";
  if (command == "describe") {
    return sharkreg::core::describe_command(arguments[2], take_standard_output());
  }
  if (command == "execute") {
    take_standard_output();
    return sharkreg::core::execute_command(arguments[2]);
  }
  if (command == "serve" && ::fcntl(served_descriptor, F_GETFD) >= 0) {
    return sharkreg::core::serve_command(arguments[2], served_descriptor);
  }
  std::fputs(usage, stderr);
  return WorkerStatus::broken;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const WorkerStatus status = run(count, arguments);
    // Not exit(): handlers and destructors that a plugin left behind decide nothing any more.
    std::fflush(nullptr);
    ::_exit(static_cast<int>(status));
  } catch (const std::exception& trouble) {
    sharkreg::core::report(trouble.what(), "");
    ::_exit(static_cast<int>(WorkerStatus::broken));
  }
}
