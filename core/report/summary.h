// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "report/run_view.h"

namespace sharkreg::core {

struct SummaryOptions {
  std::size_t width = 80;  // columns; tables and sentences keep to it, paths and commands need not
  bool colour = false;
  std::string results_file;  // shown in the last line; may be empty
};

// What is shown when a run is over: a table, a paragraph for each step that went wrong, one for
// each reason why steps were not judged or failed as expected, notes, and in the last line the
// counts.
std::string summary_text(const RunView& view, const SummaryOptions& options);

}  // namespace sharkreg::core
