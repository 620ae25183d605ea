// SPDX-License-Identifier: Apache-2.0
#include "execute/event_loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <csignal>
#include <memory>
#include <optional>
#include <vector>

namespace sharkreg::core {

namespace asio = boost::asio;

struct EventLoop::State {
  explicit State(std::size_t threads)
      : guard(asio::make_work_guard(io)), signals(io), pool(threads) {}

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

  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard;
  asio::signal_set signals;
  std::function<void(int)> on_signal;
  std::vector<std::unique_ptr<Repetition>> repetitions;
  asio::thread_pool pool;
};

EventLoop::EventLoop(std::size_t blocking_threads)
    : state_(std::make_unique<State>(blocking_threads)) {}

EventLoop::~EventLoop() {
  state_->pool.join();
}

asio::io_context& EventLoop::io() {
  return state_->io;
}

void EventLoop::post_blocking(std::function<std::function<void()>()> work) {
  asio::post(state_->pool,
             [state = state_.get(), work = std::move(work)] { asio::post(state->io, work()); });
}

void EventLoop::post(std::function<void()> function) {
  asio::post(state_->io, std::move(function));
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

void EventLoop::after(std::chrono::milliseconds time, std::function<void()> function) {
  auto timer = std::make_shared<asio::steady_timer>(state_->io, time);
  timer->async_wait([timer, function = std::move(function)](const auto& error) {
    if (!error) function();
  });
}

void EventLoop::run_until(const std::function<bool()>& done) {
  while (!done()) state_->io.run_one();
}

}  // namespace sharkreg::core
