// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/worker_link.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "base/text.h"
#include "plugin_host/served_calls.h"

namespace sharkreg::core {
namespace {

using Clock = std::chrono::steady_clock;

// The descriptor at which `sharkreg-worker serve` finds its socket.
constexpr int served_descriptor = 3;

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name == nullptr ? fmt::format("signal {}", signal) : fmt::format("SIG{}", name);
}

// The end of what was printed, in one line.
std::string last_words(int file) {
  constexpr off_t most = 400;
  const off_t size = ::lseek(file, 0, SEEK_END);
  if (size <= 0) return {};
  std::string text(static_cast<std::size_t>(std::min(size, most)), '\0');
  const ssize_t got = ::pread(file, text.data(), text.size(), std::max<off_t>(size - most, 0));
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  std::string line;
  for (const std::string& each : split(text, '\n')) {
    if (!trim(each).empty()) line += (line.empty() ? "" : " / ") + std::string(trim(each));
  }
  return printable(line);
}

// Whether what it does takes long by nature, and so only silence counts.
bool works(std::string_view function) {
  return function == "read" || function == "stat" || function == "compare" || function == "probe";
}

Failure broken(const std::string& what, int number) {
  return Failure(Failure::Kind::failed,
                 fmt::format("a worker cannot be started: {}: {}", what, std::strerror(number)));
}

}  // namespace

WorkerLink::WorkerLink(IsolatedInterface interface, std::string interface_id,
                       Configuration configuration, const HostServices& services,
                       Isolation isolation)
    : interface_(std::move(interface)),
      interface_id_(std::move(interface_id)),
      configuration_(std::move(configuration)),
      services_(services),
      isolation_(std::move(isolation)) {}

WorkerLink::~WorkerLink() {
  if (pid_ == 0) return;
  end();
}

std::string WorkerLink::end() {
  channel_.reset();
  int status = 0;
  // It may be in the middle of the plugin's code; nothing of it is needed any more.
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  std::string words = last_words(said_);
  ::close(said_);
  said_ = -1;
  return words;
}

// How the worker ended by itself; absent if it only closed its end of the connection.
std::optional<std::string> WorkerLink::own_end() const {
  // Its end of the socket closes a moment before it can be waited for.
  for (int tries = 0; tries < 200; ++tries) {
    siginfo_t information{};
    const int waited =
        ::waitid(P_PID, static_cast<id_t>(pid_), &information, WEXITED | WNOHANG | WNOWAIT);
    if (waited == 0 && information.si_pid == pid_) {
      return information.si_code == CLD_EXITED
                 ? fmt::format("ended with status {}", information.si_status)
                 : "was killed by " + signal_name(information.si_status);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return std::nullopt;
}

std::chrono::milliseconds WorkerLink::limit_of(std::string_view function) const {
  return works(function) ? isolation_.working_limit : isolation_.thinking_limit;
}

void WorkerLink::lost(std::string_view function, bool silent) {
  const std::string how =
      silent ? fmt::format("{} {} s", works(function) ? "said nothing for" : "did not end within",
                           limit_of(function).count() / 1000)
             : own_end().value_or("closed its connection");
  const std::string words = end();
  throw Failure(Failure::Kind::failed,
                fmt::format("{}: the process that ran its {} {}{}", interface_.plugin, function,
                            how, words.empty() ? "" : "; it said last: " + words),
                "this is the plugin's fault: tell its author");
}

void WorkerLink::spawn() {
  int sockets[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
    throw broken("socketpair", errno);
  }
  channel_ = std::make_unique<Channel>(sockets[0]);
  said_ = ::memfd_create("sharkreg-worker", MFD_CLOEXEC);

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  // Standard output too: what a plugin prints is no part of any answer.
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, said_, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, said_, STDERR_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, sockets[1], served_descriptor);
  // Out of the terminal's reach: Ctrl-C ends the host, and that ends it.
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  const std::string program = isolation_.worker;
  const std::string library = interface_.library;
  std::array<char*, 4> arguments{const_cast<char*>(program.c_str()), const_cast<char*>("serve"),
                                 const_cast<char*>(library.c_str()), nullptr};
  const int trouble =
      ::posix_spawn(&pid_, program.c_str(), &actions, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(sockets[1]);
  if (trouble != 0) {
    pid_ = 0;
    channel_.reset();
    ::close(said_);
    throw broken(program, trouble);
  }
}

bool WorkerLink::start() {
  if (pid_ != 0) return false;
  spawn();
  converse("create",
           struct_to_json(CreateCall{interface_.trusted_sha256, interface_id_, interface_.name,
                                     configuration_}),
           {}, {});
  return true;
}

std::optional<std::string> WorkerLink::call(std::string_view function, std::string_view json,
                                            const std::vector<std::string_view>& bytes,
                                            const Receive& receive) {
  start();
  return converse(function, json, bytes, receive);
}

bool WorkerLink::answer(const Message& message, const Receive& receive,
                        std::exception_ptr& exception) {
  if (message.name == "log") {
    const auto remark = struct_from_json<Remark>(message.json);
    services_.log(static_cast<sr_log_level>(remark.level), remark.text);
    return true;
  }
  if (message.name == "environment") {
    const auto name = struct_from_json<Text>(message.json).text.value_or("");
    return channel_->send("environment", struct_to_json(Text{services_.environment(name)}));
  }
  if (message.name == "ask_tool") {
    const auto question = struct_from_json<ToolQuestion>(message.json);
    ToolSaid said;
    try {
      const ToolAnswer got =
          services_.ask_tool(question.arguments, question.content_files,
                             std::chrono::milliseconds(question.limit_milliseconds));
      said = {got.exit_status, got.standard_output, got.standard_error, {}};
    } catch (const std::exception& trouble) {
      said.failure = trouble.what();
    }
    return channel_->send("ask_tool", struct_to_json(said));
  }
  if (message.name == "bytes" && receive) {
    bool proceed = false;
    try {
      proceed = receive(message.bytes.data(), message.bytes.size());
    } catch (...) {
      exception = std::current_exception();
    }
    return channel_->send("bytes", struct_to_json(Proceed{proceed}));
  }
  return false;
}

std::optional<std::string> WorkerLink::converse(std::string_view function, std::string_view json,
                                                const std::vector<std::string_view>& bytes,
                                                const Receive& receive) {
  std::exception_ptr exception;
  // One that crashed while it was idle is as good as none.
  if (!channel_->send(function, json, bytes)) lost(function, false);
  auto deadline = Clock::now() + limit_of(function);
  for (;;) {
    auto message = channel_->receive(deadline);
    if (!message) lost(function, true);
    if (!*message) lost(function, false);
    const bool ended =
        (*message)->name == "done" || (*message)->name == "absent" || (*message)->name == "failed";
    if (!ended) {
      const auto asked = Clock::now();
      if (!answer(**message, receive, exception)) lost(function, false);
      // The time that the host takes is not the plugin's.
      deadline =
          works(function) ? Clock::now() + limit_of(function) : deadline + (Clock::now() - asked);
      continue;
    }
    if (exception) std::rethrow_exception(exception);
    if ((*message)->name == "absent") return std::nullopt;
    if ((*message)->name == "done") return std::move((*message)->json);
    const auto failed = struct_from_json<FailedCall>((*message)->json);
    Failure failure(static_cast<Failure::Kind>(failed.kind), failed.message, failed.hint);
    failure.set_retry_after(std::chrono::milliseconds(failed.retry_after));
    throw failure;
  }
}

}  // namespace sharkreg::core
