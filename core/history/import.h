// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/history.h"

namespace sharkreg::core {

struct Imported {
  std::size_t steps = 0;
  std::vector<std::string> notes;  // of lines and files that cannot be read
};

// Brings what is new in runs/ID/results.jsonl into the history, for every run below `runs`. Runs that
// came to their end are looked at once; others again when their file has changed, from where the
// last import stopped. A last line without an end is left for later. Where nothing is new it costs
// a look into the directory.
//
// Several processes may do it at once: each line is imported once. An error is the history's; a file
// that cannot be read is a note.
Result<Imported> import_runs(History& history, const std::filesystem::path& runs);

}  // namespace sharkreg::core
