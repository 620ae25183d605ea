// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace exec_fetcher {

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }

  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  void close();

 private:
  int number_;
};

// How a program ended: by itself with a status, or by a signal.
struct Ending {
  int status = -1;
  int signal = 0;  // 0: none
};

// A program at work, in a process group of its own. Whoever drops this kills the group and waits for
// all of it; if this process is killed, another one kills the group. The program has the environment of this process, and none of its open files.
//
// Threads: one at a time.
class ChildProcess {
 public:
  // Takes what the program writes; with no bytes about once a second while nothing comes. False:
  // stop.
  using OnOutput = std::function<bool(const char* bytes, std::size_t size)>;
  using OnError = std::function<void(std::string_view bytes)>;

  // `input` is its standard input. Throws Failure if it cannot be started.
  ChildProcess(const std::string& program, const std::string& argument, const std::string& input);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  // Passes on what it writes, until it has ended. Throws Failure: cancelled (on_output said stop),
  // failed (nothing came for `stall`); and what the functions throw.
  Ending run(const OnOutput& on_output, const OnError& on_error, std::chrono::seconds stall);

 private:
  bool has_ended() const;
  bool take_output(const OnOutput& on_output);
  void take_error(const OnError& on_error);
  Ending end_group();

  pid_t group_ = 0;  // that of the guard; 0: it has ended
  pid_t pid_ = 0;    // 0: it was waited for
  Descriptor life_;  // the guard kills the group when this is closed
  Descriptor output_;
  Descriptor error_;
  std::vector<char> buffer_;
};

}  // namespace exec_fetcher
