// SPDX-License-Identifier: Apache-2.0
// Joins the results of runs that share the work of one: shards, and machines of which one compiles
// and another runs.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "report/event.h"
#include "report/results_file.h"

namespace sharkreg::core {

struct MergeInput {
  std::string name;  // as the user gave it
  RecordedEvents recorded;
};

// The events of the whole: one start, all notes, plans and steps, one end, whose exit status is that
// of a run that had done everything itself. With `strict_xfail`, or if one of the runs had it, an
// unexpected pass is a failure.
//
// An error of kind invalid says all that is wrong: a run that did not come to its end, or left
// something out; one that is given twice; shards of different partitions; shards that are missing or
// twice; shards together with runs that are none; a step that two runs have judged.
//
// Of runs that are no shards a step may stand in several, if all but one of them left it out (skip,
// blocked, unavailable, not-run): as where one machine compiles and another runs.
Result<std::vector<Event>> merged(const std::vector<MergeInput>& inputs, bool strict_xfail);

}  // namespace sharkreg::core
