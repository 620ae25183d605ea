// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace sharkreg::test {

// A directory of a server's own, removed at the end.
class ServerDirectory {
 public:
  ServerDirectory();
  ServerDirectory(const ServerDirectory&) = delete;
  ServerDirectory& operator=(const ServerDirectory&) = delete;
  ~ServerDirectory();

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

// The path of a program that cmake/setup.sh or Debian brings; empty if it is not there.
std::filesystem::path find_server(const std::string& name);

// A server of somebody else's that listens on 127.0.0.1. It is killed by its process id at the end,
// and by the kernel when the thread that started it ends, however that ends.
//
// Threads: to be made and destroyed by one, which has to live as long as this.
class ServerProcess {
 public:
  // The words of its command line (the first is a path), when it shall listen at this port.
  using Command = std::function<std::vector<std::string>(int port)>;

  // Returns when the port answers. What the server prints goes to `output`. Another port is tried
  // if somebody else took it just now. Throws std::runtime_error, with what it printed, if it ends or
  // does not answer within ten seconds.
  ServerProcess(const Command& command, const std::filesystem::path& output);
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess();

  int port() const { return port_; }
  pid_t pid() const { return pid_; }

 private:
  bool answers_in_time();
  bool has_ended();

  pid_t pid_ = -1;
  int port_ = 0;
};

}  // namespace sharkreg::test
