// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "execute/results.h"
#include "plan/plan.h"

namespace sharkreg::core {

// A thing to do for a case: bring an artifact, run an action, conclude a step.
struct Node {
  enum class Kind { artifact, action, conclusion };
  Kind kind = Kind::artifact;
  std::size_t index = 0;  // of the plan's artifact, action or step
  std::size_t rank = 0;   // its place, as the plan's steps come
};

// What of a plan can be done when. An artifact waits for nothing; an action for its inputs, for the
// action before it in its step and for the compile that its step needs; the conclusion of a step for
// all that the step needs. Waiting is for the end, not the success, of the others. Steps that are
// not pending have no part in it: what was done before is taken as it ended.
class CaseGraph {
 public:
  enum class StepsWaitFor {
    actions,      // of other steps
    conclusions,  // so that no step sees another that is still to be reset
  };

  // `plan` must outlive it.
  explicit CaseGraph(const CasePlan& plan, StepsWaitFor steps_wait_for = StepsWaitFor::actions);

  // The nodes that wait for nothing any more, in the order of the plan. Each is returned
  // once, unless it is reset.
  std::vector<Node> take_ready();

  // The longest time until the end of the case through each node, by the time that each action
  // takes; of a node that no step needs, 0. In the order of Node::rank.
  std::vector<std::chrono::milliseconds> remaining(
      const std::vector<std::chrono::milliseconds>& actions) const;

  // The node is done, or will never be.
  void settle(const Node& node);

  // Lets a step be done again whose conclusion was taken and not settled: artifacts that are not
  // there, actions that did not succeed (all, if none failed), the conclusion. No other conclusion
  // of the case may be under way. Forgets the results of those. For StepsWaitFor::conclusions.
  void reset(std::size_t step, CaseResults& results);

  bool finished() const { return unsettled_ == 0; }

  // Whether all that the action needs did succeed.
  bool can_start(std::size_t action, const CaseResults& results) const;

 private:
  struct Entry {
    enum class State { waiting, taken, settled };
    Node node;
    State state = State::waiting;
    std::size_t waits_for = 0;
    std::vector<std::size_t> needs;      // positions of entries
    std::vector<std::size_t> wanted_by;  // likewise
    std::optional<std::size_t> rank;     // in order_; absent: no step needs it
  };

  void add_step(std::size_t step);
  void enlist(std::size_t position);
  std::size_t position_of(const Node& node) const;
  void connect(std::size_t before, std::size_t after);
  void connect_action(std::size_t before, std::size_t after, std::size_t step);
  std::vector<std::size_t> needed_before(std::size_t action) const;
  void begin_again(std::size_t position);
  void count_anew();

  const CasePlan* plan_;
  StepsWaitFor steps_wait_for_;
  std::vector<Entry> entries_;      // artifacts, actions, conclusions
  std::vector<std::size_t> order_;  // positions, as the plan's steps come
  std::vector<std::size_t> ready_;  // ranks of those that wait for nothing and were not taken
  std::size_t unsettled_ = 0;
};

}  // namespace sharkreg::core
