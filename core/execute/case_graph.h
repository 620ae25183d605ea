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
// all that the step needs. Waiting is for the end, not the success, of the others.
class CaseGraph {
 public:
  // `plan` must outlive it.
  explicit CaseGraph(const CasePlan& plan);

  // The nodes that wait for nothing any more, in the order of the plan. Each is returned once.
  std::vector<Node> take_ready();

  // The longest time until the end of the case through each node, by the time that each action
  // takes; of a node that no step needs, 0. In the order of Node::rank.
  std::vector<std::chrono::milliseconds> remaining(
      const std::vector<std::chrono::milliseconds>& actions) const;

  // The node is done, or will never be.
  void settle(const Node& node);

  bool finished() const { return unsettled_ == 0; }

  // Whether all that the action needs did succeed.
  bool can_start(std::size_t action, const CaseResults& results) const;

 private:
  struct Entry {
    Node node;
    std::size_t waits_for = 0;
    std::vector<std::size_t> wanted_by;  // positions of entries
    std::optional<std::size_t> rank;     // in order_; absent: no step needs it
  };

  void add_step(std::size_t step);
  void enlist(std::size_t position);
  std::size_t position_of(const Node& node) const;
  void connect(std::size_t before, std::size_t after);
  std::vector<std::size_t> needed_before(std::size_t action) const;

  const CasePlan* plan_;
  std::vector<Entry> entries_;      // artifacts, actions, conclusions
  std::vector<std::size_t> order_;  // positions, as the plan's steps come
  std::vector<std::size_t> ready_;  // ranks of those that wait for nothing and were not taken
  std::size_t unsettled_ = 0;
};

}  // namespace sharkreg::core
