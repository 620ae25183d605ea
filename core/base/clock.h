// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace sharkreg::core {

// The one place where time comes from. Tests pass a fake.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::chrono::system_clock::time_point now() const = 0;     // for people and files
  virtual std::chrono::steady_clock::time_point steady() const = 0;  // for durations
};

class SystemClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::now();
  }
  std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::now();
  }
};

// "2026-02-03T04:05:06.789Z": UTC, ISO 8601.
std::string to_iso_text(std::chrono::system_clock::time_point time);

}  // namespace sharkreg::core
