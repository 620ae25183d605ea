// SPDX-License-Identifier: Apache-2.0
#include "execute/case_graph.h"

#include <algorithm>

namespace sharkreg::core {

CaseGraph::CaseGraph(const CasePlan& plan) : plan_(&plan) {
  const auto add = [&](Node::Kind kind, std::size_t count) {
    for (std::size_t index = 0; index < count; ++index) {
      entries_.push_back({{kind, index}, 0, {}, false, false});
    }
  };
  add(Node::Kind::artifact, plan.artifacts.size());
  add(Node::Kind::action, plan.actions.size());
  add(Node::Kind::conclusion, plan.steps.size());

  const auto enlist = [&](std::size_t position) {
    if (entries_[position].needed) return;
    entries_[position].needed = true;
    order_.push_back(position);
  };
  for (std::size_t step = 0; step < plan.steps.size(); ++step) {
    if (plan.steps[step].foregone) continue;  // its verdict is known already
    const std::size_t conclusion = position_of({Node::Kind::conclusion, step});
    for (std::size_t artifact : plan.steps[step].artifacts) {
      const std::size_t position = position_of({Node::Kind::artifact, artifact});
      enlist(position);
      connect(position, conclusion);
    }
    std::optional<std::size_t> previous;
    for (std::size_t action : plan.steps[step].actions) {
      const std::size_t position = position_of({Node::Kind::action, action});
      enlist(position);
      connect(position, conclusion);
      if (previous) connect(*previous, position);
      previous = position;
      for (const auto& [id, origin] : plan.actions[action].inputs) {
        const bool artifact = origin.kind == FileOrigin::Kind::artifact;
        connect(position_of({artifact ? Node::Kind::artifact : Node::Kind::action, origin.index}),
                position);
      }
    }
    enlist(conclusion);
  }
  unsettled_ = order_.size();
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

std::vector<Node> CaseGraph::take_ready(const std::function<bool(const Node&)>& room) {
  std::vector<Node> ready;
  for (std::size_t position : order_) {
    Entry& entry = entries_[position];
    if (entry.taken || entry.waits_for > 0 || !room(entry.node)) continue;
    entry.taken = true;
    ready.push_back(entry.node);
  }
  return ready;
}

void CaseGraph::settle(const Node& node) {
  for (std::size_t position : entries_[position_of(node)].wanted_by) {
    --entries_[position].waits_for;
  }
  --unsettled_;
}

bool CaseGraph::can_start(std::size_t action, const CaseResults& results) const {
  const PlannedAction& planned = plan_->actions[action];
  const auto succeeded = [&](std::size_t index) {
    return results.actions[index].status == ActionResult::Status::succeeded;
  };
  for (const auto& [id, origin] : planned.inputs) {
    const bool there = origin.kind == FileOrigin::Kind::artifact
                           ? results.artifacts[origin.index].is_there()
                           : succeeded(origin.index);
    if (!there) return false;
  }
  for (std::size_t earlier : plan_->steps[planned.step].actions) {
    if (earlier == action) break;
    if (!succeeded(earlier)) return false;
  }
  return true;
}

}  // namespace sharkreg::core
