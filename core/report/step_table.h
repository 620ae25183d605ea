// SPDX-License-Identifier: Apache-2.0
// Submodels × steps: the table that the terminal and Markdown show.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/display.h"
#include "report/run_view.h"

namespace sharkreg::core {

struct StepTable {
  struct Column {
    std::string group;  // "acme a1": what follows the first word of a step
    std::string stage;  // "compile": that word
    bool operator==(const Column&) const = default;
  };
  struct Row {
    std::string name;                        // "sdxl/clip"
    std::vector<const StepFinished*> cells;  // by column; null: there is no such step
    bool has_bad = false;
  };
  std::vector<Column> columns;  // those of one group are neighbours
  std::vector<Row> rows;
  std::size_t hidden_rows = 0;  // without a bad step
  std::size_t hidden_bad_rows = 0;
};

// Steps keep the order in which they first occur. A table of more than `most_rows` submodels has
// only those with a bad step, and no more of them than that. Points into `view`.
StepTable table_of(const RunView& view, std::size_t most_rows);

// What is not in the table, in a sentence; empty: nothing.
std::string hidden_rows_text(const StepTable& table);

// As text of at most `width` columns: with the time of each step when that fits, without it
// otherwise; and when that is too wide as well, several tables below one another.
std::string table_text(const StepTable& table, std::size_t width, const Painter& paint);

}  // namespace sharkreg::core
