// SPDX-License-Identifier: Apache-2.0
// An owned file descriptor: closed when its owner ends. Also one for a process.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace sharkreg::core {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

// A descriptor that is readable as soon as the process has ended; empty, with errno, on failure.
// The system call itself, since glibc 2.36 declares its function without C linkage.
inline Descriptor open_pidfd(pid_t pid) {
  return Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

}  // namespace sharkreg::core
