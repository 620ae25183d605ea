// SPDX-License-Identifier: Apache-2.0
#include "execute/event_loop.h"

#include <atomic>
#include <csignal>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

namespace sharkreg::core {

namespace asio = boost::asio;

namespace {

// Work that the loop has for the pool waits until the loop has nothing else to do, but not if there
// is so much of it, or for longer: to wake a thread takes more time than most works.
constexpr std::size_t most_gathered = 64;
constexpr std::chrono::milliseconds longest_gathering{1};

using Work = std::function<std::function<void()>()>;

}  // namespace

struct EventLoop::State {
  explicit State(std::size_t its_threads)
      : guard(asio::make_work_guard(io)), signals(io), threads(its_threads), pool(its_threads) {}

  void wait_for_signal() {
    signals.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      on_signal(number);
      wait_for_signal();
    });
  }

  struct Repetition {
    asio::steady_timer timer;
    std::chrono::milliseconds period;
    std::function<void()> function;
  };

  static void schedule(Repetition& repetition) {
    repetition.timer.expires_after(repetition.period);
    repetition.timer.async_wait([&repetition](const boost::system::error_code& error) {
      if (error) return;
      repetition.function();
      schedule(repetition);
    });
  }

  // On the loop's thread.
  void gather(Work work) {
    if (gathered.empty()) gathered_since = std::chrono::steady_clock::now();
    gathered.push_back(std::move(work));
  }

  bool is_gathered_enough() const {
    return gathered.size() >= most_gathered ||
           std::chrono::steady_clock::now() - gathered_since >= longest_gathering;
  }

  void hand_over_gathered() {
    if (gathered.empty()) return;
    {
      const std::scoped_lock lock(mutex);
      for (Work& work : gathered) works.push_back(std::move(work));
    }
    gathered.clear();
    call_helper();
  }

  void hand_over(Work work) {
    {
      const std::scoped_lock lock(mutex);
      works.push_back(std::move(work));
    }
    call_helper();
  }

  // One thread more, if that helps; it calls the next one itself.
  void call_helper() {
    {
      const std::scoped_lock lock(mutex);
      if (works.empty() || helpers == threads) return;
      ++helpers;
    }
    asio::post(pool, [this] { help(); });
  }

  // On a thread of the pool: works as long as there is something to be done.
  void help() {
    helping = this;
    while (auto work = take_work()) {
      call_helper();
      if (auto then = (*work)()) answer(std::move(then));
    }
    helping = nullptr;
  }

  std::optional<Work> take_work() {
    const std::scoped_lock lock(mutex);
    if (works.empty()) {
      --helpers;
      return std::nullopt;
    }
    Work work = std::move(works.front());
    works.pop_front();
    return work;
  }

  // From a thread of the pool to the loop, which is woken once for all that comes meanwhile.
  void answer(std::function<void()> function) {
    {
      const std::scoped_lock lock(mutex);
      answers.push_back(std::move(function));
      if (answers.size() > 1) return;
    }
    asio::post(io, [this] {
      std::vector<std::function<void()>> taken;
      {
        const std::scoped_lock lock(mutex);
        taken.swap(answers);
      }
      for (const auto& each : taken) each();
    });
  }

  static thread_local const State* helping;  // the loop for which this thread works

  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard;
  asio::signal_set signals;
  std::function<void(int)> on_signal;
  std::vector<std::unique_ptr<Repetition>> repetitions;

  // Of the loop's thread.
  std::vector<Work> gathered;
  std::chrono::steady_clock::time_point gathered_since;
  std::atomic<std::thread::id> looping;  // the thread that is in run_until()

  std::mutex mutex;  // guards what follows
  std::deque<Work> works;
  std::size_t helpers = 0;  // threads that work, or are about to
  std::vector<std::function<void()>> answers;

  std::size_t threads;
  asio::thread_pool pool;
};

thread_local const EventLoop::State* EventLoop::State::helping = nullptr;

EventLoop::EventLoop(std::size_t blocking_threads)
    : state_(std::make_unique<State>(blocking_threads)) {}

EventLoop::~EventLoop() {
  state_->hand_over_gathered();
  state_->pool.join();
}

asio::io_context& EventLoop::io() {
  return state_->io;
}

void EventLoop::post_blocking(std::function<std::function<void()>()> work) {
  if (state_->looping == std::this_thread::get_id()) {
    state_->gather(std::move(work));
  } else {
    state_->hand_over(std::move(work));
  }
}

void EventLoop::post(std::function<void()> function) {
  if (State::helping == state_.get()) {
    state_->answer(std::move(function));
  } else {
    asio::post(state_->io, std::move(function));
  }
}

void EventLoop::after(std::chrono::milliseconds delay, std::function<void()> function) {
  auto timer = std::make_shared<asio::steady_timer>(state_->io, delay);
  timer->async_wait(
      [timer, function = std::move(function)](const boost::system::error_code& error) {
        if (!error) function();
      });
}

void EventLoop::on_signal(std::function<void(int)> handler) {
  state_->on_signal = std::move(handler);
  state_->signals.add(SIGINT);
  state_->signals.add(SIGTERM);
  state_->wait_for_signal();
}

void EventLoop::every(std::chrono::milliseconds period, std::function<void()> function) {
  state_->repetitions.push_back(std::make_unique<State::Repetition>(
      State::Repetition{asio::steady_timer(state_->io), period, std::move(function)}));
  State::schedule(*state_->repetitions.back());
}

void EventLoop::run_until(const std::function<bool()>& done) {
  state_->looping = std::this_thread::get_id();
  while (!done()) {
    if (state_->gathered.empty()) {
      state_->io.run_one();
    } else if (state_->io.poll_one() == 0 || state_->is_gathered_enough()) {
      state_->hand_over_gathered();
    }
  }
  state_->looping = std::thread::id();
  state_->hand_over_gathered();
}

}  // namespace sharkreg::core
