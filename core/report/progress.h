// SPDX-License-Identifier: Apache-2.0
// What a user sees while a run goes on.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/clock.h"
#include "report/event.h"
#include "report/outcome.h"

namespace sharkreg::core {

// Shows events as they happen. finish() takes away what was only for the meantime; after it nothing
// is written. Threads: one.
class Progress : public EventSink {
 public:
  // To be called about ten times a second, whether something happened or not: time passes on.
  virtual void refresh() = 0;
};

// What runs and how far the run is: what both kinds of progress keep of the events.
class ProgressState {
 public:
  struct Running {
    std::string case_name;
    std::string step;
    std::string doing;
    std::chrono::steady_clock::time_point since;
  };

  // The clock must outlive this object.
  explicit ProgressState(const Clock& clock) : clock_(clock), start_(clock.steady()) {}

  void add(const Event& event);

  const std::list<Running>& running() const { return running_; }  // in order of their start
  const Tally& tally() const { return tally_; }                   // of finished steps
  std::size_t total() const { return total_; }                    // announced or finished
  bool total_is_known() const;  // no case is left that has not announced its steps
  double seconds() const { return seconds_since(start_); }
  double seconds_since(std::chrono::steady_clock::time_point time) const;

 private:
  struct Open {
    bool announced = false;
    std::optional<std::list<Running>::iterator> running;
  };

  void add(const RunStarted& event) { cases_ = event.cases; }
  void add(const RunNote&) {}
  void add(const CasePlanned& event);
  void add(const StepStarted& event);
  void add(const StepFinished& event);
  void add(const RunFinished&) {}

  const Clock& clock_;
  std::chrono::steady_clock::time_point start_;
  std::int64_t cases_ = 0;
  std::int64_t cases_seen_ = 0;  // that have announced their steps, or will never
  std::size_t total_ = 0;
  std::list<Running> running_;
  // Steps that were announced, or run, and are not finished. No more than these, so that a hundred
  // thousand cases take no more room than a few.
  std::unordered_map<std::string, Open> open_;  // "model/submodel\nstep"
  Tally tally_;
};

}  // namespace sharkreg::core
