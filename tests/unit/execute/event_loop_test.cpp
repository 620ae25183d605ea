// SPDX-License-Identifier: Apache-2.0
#include "execute/event_loop.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <set>
#include <thread>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

using namespace std::chrono_literals;

TEST_CASE("blocking work runs elsewhere, what it returns on the loop") {
  EventLoop loop;
  const auto here = std::this_thread::get_id();
  std::thread::id worked;
  std::thread::id answered;
  bool done = false;
  loop.post_blocking([&]() -> std::function<void()> {
    worked = std::this_thread::get_id();
    return [&] {
      answered = std::this_thread::get_id();
      done = true;
    };
  });
  loop.run_until([&] { return done; });
  CHECK(worked != here);
  CHECK(answered == here);
}

TEST_CASE("as much blocking work runs at a time as there are threads") {
  EventLoop loop(3);
  std::atomic<int> working = 0;
  int done = 0;
  for (int index = 0; index < 3; ++index) {
    loop.post_blocking([&]() -> std::function<void()> {
      ++working;
      while (working < 3) std::this_thread::yield();  // with fewer, this would not end
      return [&] { ++done; };
    });
  }
  loop.run_until([&] { return done == 3; });
  CHECK(working == 3);
}

TEST_CASE("blocking work of the loop begins although the loop is never idle") {
  EventLoop loop;
  std::atomic<bool> worked = false;
  std::function<void()> again = [&] {
    if (!worked) loop.post(again);
  };
  loop.post([&] {
    again();
    loop.post_blocking([&]() -> std::function<void()> {
      worked = true;
      return nullptr;
    });
  });
  loop.run_until([&] { return worked.load(); });
  CHECK(worked);
}

TEST_CASE("much blocking work is begun in order, and each answer comes once") {
  EventLoop loop(1);
  std::vector<int> begun;
  std::vector<int> answered;
  loop.post([&] {
    for (int index = 0; index < 500; ++index) {
      loop.post_blocking([&, index]() -> std::function<void()> {
        begun.push_back(index);
        return [&, index] { answered.push_back(index); };
      });
    }
  });
  loop.run_until([&] { return answered.size() == 500; });
  CHECK(begun == answered);
  CHECK(std::ranges::is_sorted(begun));
}

TEST_CASE("blocking work that the loop no longer waits for is done before the loop is destroyed") {
  std::atomic<int> worked = 0;
  {
    EventLoop loop;
    bool posted = false;
    loop.post([&] {
      loop.post_blocking([&]() -> std::function<void()> {
        ++worked;
        return nullptr;
      });
      posted = true;
    });
    loop.run_until([&] { return posted; });
  }
  CHECK(worked == 1);
}

TEST_CASE("what is posted runs later, in order, also from other threads") {
  EventLoop loop;
  std::vector<int> order;
  loop.post([&] {
    order.push_back(1);
    loop.post([&] { order.push_back(3); });
  });
  loop.post([&] { order.push_back(2); });
  CHECK(order.empty());
  loop.run_until([&] { return order.size() == 3; });
  CHECK(order == std::vector{1, 2, 3});

  std::thread other([&] { loop.post([&] { order.push_back(4); }); });
  loop.run_until([&] { return order.size() == 4; });
  other.join();
}

TEST_CASE("the loop ends as soon as it is done, and can run again") {
  EventLoop loop;
  int ran = 0;
  loop.run_until([] { return true; });
  for (int index = 0; index < 3; ++index) loop.post([&] { ++ran; });
  loop.run_until([&] { return ran == 1; });
  CHECK(ran == 1);
  loop.run_until([&] { return ran == 3; });
  CHECK(ran == 3);
}

TEST_CASE("each signal is handled on the loop") {
  EventLoop loop;
  std::vector<int> signals;
  loop.on_signal([&](int number) { signals.push_back(number); });
  for (const int number : {SIGINT, SIGTERM, SIGINT}) {
    const std::size_t before = signals.size();
    REQUIRE(kill(getpid(), number) == 0);
    loop.run_until([&] { return signals.size() > before; });
    CHECK(signals.back() == number);
  }
}

TEST_CASE("a signal is heard while blocking work goes on") {
  EventLoop loop(1);
  std::atomic<bool> release = false;
  bool heard = false;
  bool done = false;
  loop.on_signal([&](int) {
    heard = true;
    release = true;
  });
  loop.post_blocking([&]() -> std::function<void()> {
    kill(getpid(), SIGINT);
    while (!release) std::this_thread::yield();
    return [&] { done = true; };
  });
  loop.run_until([&] { return done; });
  CHECK(heard);
}

TEST_CASE("what is repeated is repeated until the loop ends") {
  EventLoop loop;
  int quick = 0;
  int slow = 0;
  loop.every(1ms, [&] { ++quick; });
  loop.every(1h, [&] { ++slow; });
  loop.run_until([&] { return quick == 5; });
  CHECK(quick == 5);
  CHECK(slow == 0);
}

TEST_CASE("a loop that is destroyed waits for blocking work") {
  std::atomic<bool> worked = false;
  {
    EventLoop loop;
    loop.post_blocking([&]() -> std::function<void()> {
      std::this_thread::sleep_for(10ms);
      worked = true;
      return [] {};
    });
  }
  CHECK(worked);
}

}  // namespace
}  // namespace sharkreg::core
