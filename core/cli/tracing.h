// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "execute/executor.h"
#include "report/trace.h"

namespace sharkreg::core {

// A span of work as the trace shows it.
TraceSpan trace_span(const CasePlan& plan, const WorkSpan& work);

}  // namespace sharkreg::core
