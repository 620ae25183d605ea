// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace sharkreg::core {

// The one thread on which the program thinks, and the threads on which it waits.
//
// run() runs the loop on the calling thread; everything except the work of post_blocking happens
// there.
class EventLoop {
 public:
  explicit EventLoop(std::size_t blocking_threads = 2);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  boost::asio::io_context& io();

  // Runs `work` on a thread of the pool, then what it returns, if anything, on the loop. Works are
  // begun in the order in which they came, those of the loop as soon as it has nothing else to do,
  // or a millisecond later. Callable from any thread.
  void post_blocking(std::function<std::function<void()>()> work);

  // Calls `function` on the loop, later. Callable from any thread.
  void post(std::function<void()> function);

  // Calls `function` on the loop once, when the time has passed, unless the loop ended before.
  // Callable on the loop's thread.
  void after(std::chrono::milliseconds delay, std::function<void()> function);

  // Calls `handler` on the loop for each SIGINT and SIGTERM from now on.
  void on_signal(std::function<void(int)> handler);

  // Calls `function` on the loop again and again until the loop ends.
  void every(std::chrono::milliseconds period, std::function<void()> function);

  // Runs until `done` returns true, which is looked at after each thing that happened.
  void run_until(const std::function<bool()>& done);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sharkreg::core
