// SPDX-License-Identifier: Apache-2.0
#include "execute/case_graph.h"

#include <algorithm>
#include <functional>

namespace sharkreg::core {

CaseGraph::CaseGraph(const CasePlan& plan, StepsWaitFor steps_wait_for)
    : plan_(&plan), steps_wait_for_(steps_wait_for) {
  const auto add = [&](Node::Kind kind, std::size_t count) {
    for (std::size_t index = 0; index < count; ++index)
      entries_.emplace_back().node = {kind, index, 0};
  };
  add(Node::Kind::artifact, plan.artifacts.size());
  add(Node::Kind::action, plan.actions.size());
  add(Node::Kind::conclusion, plan.steps.size());

  for (std::size_t step = 0; step < plan.steps.size(); ++step) {
    if (plan.steps[step].is_pending()) add_step(step);
  }
  for (std::size_t rank = 0; rank < order_.size(); ++rank) {
    entries_[order_[rank]].node.rank = rank;
    if (entries_[order_[rank]].waits_for == 0) ready_.push_back(rank);
  }
  unsettled_ = order_.size();
}

void CaseGraph::add_step(std::size_t step) {
  const PlannedStep& planned = plan_->steps[step];
  const std::size_t conclusion = position_of({Node::Kind::conclusion, step});
  for (std::size_t artifact : planned.artifacts) {
    const std::size_t position = position_of({Node::Kind::artifact, artifact});
    enlist(position);
    connect(position, conclusion);
  }
  for (std::size_t action : planned.actions) {
    const std::size_t position = position_of({Node::Kind::action, action});
    enlist(position);
    connect(position, conclusion);
    for (std::size_t earlier : needed_before(action)) connect_action(earlier, position, step);
    for (const auto& [id, origin] : plan_->actions[action].inputs) {
      if (origin.kind == FileOrigin::Kind::artifact) {
        connect(position_of({Node::Kind::artifact, origin.index}), position);
      } else {
        connect_action(origin.index, position, step);
      }
    }
  }
  for (std::size_t run : planned.repetitions) {
    for (std::size_t action : plan_->steps[run].actions) connect_action(action, conclusion, step);
  }
  enlist(conclusion);
}

// `after`, which is of `step`, waits for an action, which may be another step's.
void CaseGraph::connect_action(std::size_t before, std::size_t after, std::size_t step) {
  const std::size_t owner = plan_->actions[before].step;
  if (!plan_->steps[owner].is_pending()) return;
  const bool whole_step = owner != step && steps_wait_for_ == StepsWaitFor::conclusions;
  connect(position_of(whole_step ? Node{Node::Kind::conclusion, owner}
                                 : Node{Node::Kind::action, before}),
          after);
}

void CaseGraph::enlist(std::size_t position) {
  if (entries_[position].rank) return;
  entries_[position].rank = order_.size();
  order_.push_back(position);
}

std::size_t CaseGraph::position_of(const Node& node) const {
  switch (node.kind) {
    case Node::Kind::artifact:
      return node.index;
    case Node::Kind::action:
      return plan_->artifacts.size() + node.index;
    case Node::Kind::conclusion:
      return plan_->artifacts.size() + plan_->actions.size() + node.index;
  }
  return 0;
}

void CaseGraph::connect(std::size_t before, std::size_t after) {
  entries_[before].wanted_by.push_back(after);
  entries_[after].needs.push_back(before);
  ++entries_[after].waits_for;
}

// Actions whose success an action needs, whatever it reads: those of the compile that its step
// needs, and those before it in its step.
std::vector<std::size_t> CaseGraph::needed_before(std::size_t action) const {
  const PlannedStep& step = plan_->steps[plan_->actions[action].step];
  std::vector<std::size_t> needed;
  if (step.compile_step) needed = plan_->steps[*step.compile_step].actions;
  const auto self = std::ranges::find(step.actions, action);
  needed.insert(needed.end(), step.actions.begin(), self);
  return needed;
}

std::vector<Node> CaseGraph::take_ready() {
  std::ranges::sort(ready_);
  std::vector<Node> nodes;
  nodes.reserve(ready_.size());
  for (const std::size_t rank : ready_) {
    Entry& entry = entries_[order_[rank]];
    entry.state = Entry::State::taken;
    nodes.push_back(entry.node);
  }
  ready_.clear();
  return nodes;
}

std::vector<std::chrono::milliseconds> CaseGraph::remaining(
    const std::vector<std::chrono::milliseconds>& actions) const {
  std::vector<std::optional<std::chrono::milliseconds>> known(entries_.size());
  const std::function<std::chrono::milliseconds(std::size_t)> from = [&](std::size_t position) {
    if (known[position]) return *known[position];
    std::chrono::milliseconds longest{0};
    for (const std::size_t next : entries_[position].wanted_by) {
      longest = std::max(longest, from(next));
    }
    const Node& node = entries_[position].node;
    if (node.kind == Node::Kind::action) longest += actions[node.index];
    known[position] = longest;
    return longest;
  };
  std::vector<std::chrono::milliseconds> result;
  for (const std::size_t position : order_) result.push_back(from(position));
  return result;
}

void CaseGraph::settle(const Node& node) {
  Entry& settled = entries_[position_of(node)];
  settled.state = Entry::State::settled;
  for (std::size_t position : settled.wanted_by) {
    Entry& entry = entries_[position];
    if (entry.state != Entry::State::waiting) continue;
    if (--entry.waits_for == 0) ready_.push_back(*entry.rank);
  }
  --unsettled_;
}

void CaseGraph::reset(std::size_t step, CaseResults& results) {
  const PlannedStep& planned = plan_->steps[step];
  bool failed = false;
  for (std::size_t index : planned.artifacts) {
    const std::size_t position = position_of({Node::Kind::artifact, index});
    if (results.artifacts[index].is_there()) continue;
    failed = true;
    // Another step may have it fetched again already.
    if (entries_[position].state != Entry::State::settled) continue;
    results.artifacts[index] = {};
    begin_again(position);
  }
  const auto succeeded = [&](std::size_t action) {
    return results.actions[action].status == ActionResult::Status::succeeded;
  };
  failed = failed || !std::ranges::all_of(planned.actions, succeeded);
  for (std::size_t action : planned.actions) {
    if (failed && succeeded(action)) continue;
    results.actions[action] = {};
    begin_again(position_of({Node::Kind::action, action}));
  }
  entries_[position_of({Node::Kind::conclusion, step})].state = Entry::State::waiting;
  count_anew();
}

void CaseGraph::begin_again(std::size_t position) {
  entries_[position].state = Entry::State::waiting;
  ++unsettled_;
}

void CaseGraph::count_anew() {
  ready_.clear();
  for (std::size_t position : order_) {
    Entry& entry = entries_[position];
    if (entry.state != Entry::State::waiting) continue;
    entry.waits_for =
        static_cast<std::size_t>(std::ranges::count_if(entry.needs, [&](std::size_t needed) {
          return entries_[needed].state != Entry::State::settled;
        }));
    if (entry.waits_for == 0) ready_.push_back(*entry.rank);
  }
}

bool CaseGraph::can_start(std::size_t action, const CaseResults& results) const {
  const auto succeeded = [&](std::size_t index) {
    return results.actions[index].status == ActionResult::Status::succeeded;
  };
  if (!std::ranges::all_of(needed_before(action), succeeded)) return false;
  const auto& inputs = plan_->actions[action].inputs;
  return std::ranges::all_of(inputs, [&](const auto& input) {
    const FileOrigin& origin = input.second;
    return origin.kind == FileOrigin::Kind::artifact ? results.artifacts[origin.index].is_there()
                                                     : succeeded(origin.index);
  });
}

}  // namespace sharkreg::core
