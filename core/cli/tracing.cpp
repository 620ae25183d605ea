// SPDX-License-Identifier: Apache-2.0
#include "cli/tracing.h"

#include <fmt/format.h>

namespace sharkreg::core {
namespace {

// For a program that sorts rows by name, too.
const char* row_name(WorkSpan::Kind kind) {
  switch (kind) {
    case WorkSpan::Kind::fetch:
      return "fetch";
    case WorkSpan::Kind::action:
      return "CPU";
    case WorkSpan::Kind::conclusion:
      break;
  }
  return "judge";
}

}  // namespace

TraceSpan trace_span(const CasePlan& plan, const WorkSpan& work) {
  TraceSpan span;
  span.case_name = plan.name();
  span.start = work.start;
  span.end = work.end;
  for (const std::size_t slot : work.slots) {
    span.rows.push_back(fmt::format("{} {}", row_name(work.kind), slot));
  }
  if (work.kind == WorkSpan::Kind::fetch) {
    span.category = "fetch";
    span.name = "fetch " + plan.artifacts[work.index].source.file_name;
  } else if (work.kind == WorkSpan::Kind::conclusion) {
    span.category = "judge";
    span.step = plan.steps[work.index].name;
    span.name = "judge " + span.step;
  } else {
    const PlannedAction& action = plan.actions[work.index];
    const PlannedStep& step = plan.steps[action.step];
    span.category = "action";
    span.step = step.name;
    span.name = fmt::format("{} {}: {}", plan.name(), step.name, action.action.name);
    for (std::size_t index = 0; index < work.devices.size(); ++index) {
      std::string row = step.backend + " " + work.devices[index].id;
      if (work.places[index] > 0) row += fmt::format(" ({})", work.places[index] + 1);
      span.rows.push_back(std::move(row));
    }
    if (work.result != nullptr) {
      span.status = name_of(work.result->status);
      span.cached = work.result->cached.has_value();
    }
  }
  return span;
}

}  // namespace sharkreg::core
