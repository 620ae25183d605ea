// SPDX-License-Identifier: Apache-2.0
// How tests learn what became of processes, without sleeping: from a FIFO that each process of
// interest holds open, and from /proc.
#pragma once

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "execute/descriptor.h"
#include "execute/supervisor/process_tree.h"

namespace sharkreg::core {

// A fresh directory with a FIFO in it. The path of the FIFO also marks the processes that have it
// as an argument.
class Witness {
 public:
  Witness() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sharkreg-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    directory_ = pattern;
    if (mkfifo(fifo().c_str(), 0600) != 0) throw std::runtime_error("mkfifo");
    reader_ = Descriptor(open(fifo().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  }
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness() { std::filesystem::remove_all(directory_); }

  const std::filesystem::path& directory() const { return directory_; }
  std::string fifo() const { return (directory_ / "fifo").string(); }
  std::filesystem::path file(const char* name) const { return directory_ / name; }

  std::string read(const char* name) const {
    std::ifstream file(directory_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // Whether so many processes have reported in time.
  bool see(int processes) {
    while (reports_ < processes) {
      if (!read_fifo()) return false;
    }
    return true;
  }

  // Whether all who held the FIFO have ended in time. Only after see().
  bool see_the_end() {
    while (!ended_) {
      if (!read_fifo()) return false;
    }
    return true;
  }

  // How many bytes have come so far.
  int reports() const { return reports_; }

  // Whether the process has the FIFO among its arguments.
  bool is_marked(pid_t pid) const {
    std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
    const std::string line{std::istreambuf_iterator<char>(file), {}};
    return line.find(fifo()) != std::string::npos;
  }

  // How many processes have the FIFO among their arguments.
  int marked_processes() const {
    int count = 0;
    for (const Process& process : read_processes()) {
      if (is_marked(process.pid)) ++count;
    }
    return count;
  }

  // The child of this process that has the FIFO among its arguments.
  std::optional<pid_t> marked_child() const {
    for (const Process& process : read_processes()) {
      if (process.parent == getpid() && is_marked(process.pid)) return process.pid;
    }
    return std::nullopt;
  }

 private:
  static constexpr std::chrono::milliseconds patience{20000};

  bool read_fifo() {
    pollfd ready{reader_.get(), POLLIN, 0};
    if (poll(&ready, 1, static_cast<int>(patience.count())) <= 0) return false;
    char bytes[64];
    const ssize_t length = ::read(reader_.get(), bytes, sizeof bytes);
    if (length > 0) reports_ += static_cast<int>(length);
    if (length == 0) ended_ = true;
    return length >= 0;
  }

  std::filesystem::path directory_;
  Descriptor reader_;
  int reports_ = 0;
  bool ended_ = false;
};

}  // namespace sharkreg::core
