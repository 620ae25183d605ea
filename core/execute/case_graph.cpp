// SPDX-License-Identifier: Apache-2.0
#include "execute/case_graph.h"

#include <algorithm>
#include <functional>

namespace sharkreg::core {

CaseGraph::CaseGraph(const CasePlan& plan) : plan_(&plan) {
  const auto add = [&](Node::Kind kind, std::size_t count) {
    for (std::size_t index = 0; index < count; ++index) {
      entries_.push_back({{kind, index, 0}, 0, {}, std::nullopt});
    }
  };
  add(Node::Kind::artifact, plan.artifacts.size());
  add(Node::Kind::action, plan.actions.size());
  add(Node::Kind::conclusion, plan.steps.size());

  for (std::size_t step = 0; step < plan.steps.size(); ++step) {
    if (!plan.steps[step].foregone) add_step(step);  // else its verdict is known already
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
    for (std::size_t earlier : needed_before(action)) {
      connect(position_of({Node::Kind::action, earlier}), position);
    }
    for (const auto& [id, origin] : plan_->actions[action].inputs) {
      const bool artifact = origin.kind == FileOrigin::Kind::artifact;
      connect(position_of({artifact ? Node::Kind::artifact : Node::Kind::action, origin.index}),
              position);
    }
  }
  enlist(conclusion);
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
  for (const std::size_t rank : ready_) nodes.push_back(entries_[order_[rank]].node);
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
  for (std::size_t position : entries_[position_of(node)].wanted_by) {
    if (--entries_[position].waits_for == 0) ready_.push_back(*entries_[position].rank);
  }
  --unsettled_;
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
