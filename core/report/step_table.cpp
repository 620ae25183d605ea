// SPDX-License-Identifier: Apache-2.0
#include "report/step_table.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "report/screen_text.h"
#include "report/step_text.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t gap = 2;  // between columns

// "run acme a1" for "run acme a1 #2": repetitions share a column.
std::string without_number(std::string text) {
  const std::size_t mark = text.rfind(" #");
  if (mark == std::string::npos || mark + 2 == text.size()) return text;
  const bool is_number = text.find_first_not_of("0123456789", mark + 2) == std::string::npos;
  return is_number ? text.substr(0, mark) : text;
}

StepTable::Column column_of(const StepFinished& step) {
  const std::string text = without_number(harmless_line(step.step));
  const std::size_t space = text.find(' ');
  if (space == std::string::npos) return {"", text};
  return {text.substr(space + 1), text.substr(0, space)};
}

// Puts a new column behind the last one of its group.
void add_column(std::vector<StepTable::Column>& columns, StepTable::Column column) {
  if (std::find(columns.begin(), columns.end(), column) != columns.end()) return;
  const auto last = std::find_if(columns.rbegin(), columns.rend(),
                                 [&](const auto& other) { return other.group == column.group; });
  columns.insert(last == columns.rend() ? columns.end() : last.base(), std::move(column));
}

StepTable::Row row_of(const CaseView& place, const std::vector<StepTable::Column>& columns) {
  StepTable::Row row{case_name(place.model, place.submodel), {}, false};
  row.cells.resize(columns.size());
  for (const StepFinished& step : place.steps) {
    const auto column = std::find(columns.begin(), columns.end(), column_of(step));
    const StepFinished*& cell = row.cells[static_cast<std::size_t>(column - columns.begin())];
    // Of a step that was done several times, one that went wrong tells more.
    if (!cell || !is_bad(cell->verdict)) cell = &step;
    row.has_bad = row.has_bad || is_bad(step.verdict);
  }
  return row;
}

// A part of the table, next to the names: some neighbouring columns and how wide they are.
struct Part {
  std::size_t first = 0;
  std::vector<std::size_t> widths;
};

class TextLayout {
 public:
  TextLayout(const StepTable& table, std::size_t width, const Painter& paint)
      : table_(table), width_(width), paint_(paint) {}

  std::string text() {
    with_time_ = true;
    measure();
    if (total_width() > width_) {
      with_time_ = false;
      measure();
    }
    std::string text;
    for (const Part& part : parts()) {
      if (!text.empty()) text += '\n';
      text += part_text(part);
    }
    return text;
  }

 private:
  std::string cell_text(const StepFinished* step) const {
    if (!step) return "-";
    std::string text(name_of(step->verdict));
    const std::string time = with_time_ ? time_text(*step) : "";
    if (!time.empty()) text += " " + time;
    return text;
  }

  void measure() {
    name_width_ = 0;
    for (const auto& row : table_.rows) {
      name_width_ = std::max(name_width_, display_width(row.name));
    }
    name_width_ = std::min(name_width_, std::max<std::size_t>(width_ * 2 / 5, 12));
    widths_.clear();
    for (std::size_t column = 0; column < table_.columns.size(); ++column) {
      std::size_t width = display_width(table_.columns[column].stage);
      for (const auto& row : table_.rows) {
        width = std::max(width, display_width(cell_text(row.cells[column])));
      }
      widths_.push_back(width);
    }
    for (std::size_t first = 0; first < widths_.size(); first = group_end(first)) {
      widen_for_group(first, group_end(first));
    }
  }

  // The name of a group stands above its columns, and may be wider than they are.
  void widen_for_group(std::size_t first, std::size_t end) {
    const std::size_t wanted = display_width(table_.columns[first].group);
    const std::size_t taken = span_width(first, end) - gap;
    if (taken < wanted) widths_[end - 1] += wanted - taken;
  }

  std::size_t group_end(std::size_t first) const {
    std::size_t end = first + 1;
    while (end < table_.columns.size() &&
           table_.columns[end].group == table_.columns[first].group) {
      ++end;
    }
    return end;
  }

  std::size_t span_width(std::size_t first, std::size_t end) const {
    std::size_t width = 0;
    for (std::size_t column = first; column < end; ++column) width += gap + widths_[column];
    return width;
  }

  std::size_t total_width() const { return name_width_ + span_width(0, widths_.size()); }

  // Keeps groups together while one fits.
  std::vector<Part> parts() const {
    std::vector<Part> parts;
    std::size_t taken = 0;
    for (std::size_t column = 0; column < widths_.size(); ++column) {
      const bool begins_group =
          column == 0 || table_.columns[column].group != table_.columns[column - 1].group;
      const std::size_t needed = begins_group ? span_width(column, group_end(column)) : 0;
      const bool fits = taken + std::max(needed, gap + widths_[column]) <= width_;
      if (parts.empty() || (!fits && taken > name_width_)) {
        parts.push_back({column, {}});
        taken = name_width_;
      }
      parts.back().widths.push_back(widths_[column]);
      taken += gap + widths_[column];
    }
    return parts;
  }

  std::string part_text(const Part& part) const {
    std::string groups(name_width_, ' ');
    std::string stages(name_width_, ' ');
    std::string group_above = "\n";  // none
    for (std::size_t index = 0; index < part.widths.size(); ++index) {
      const StepTable::Column& column = table_.columns[part.first + index];
      const std::string group = column.group == group_above ? "" : column.group;
      group_above = column.group;
      // What a long name of a group takes of the next columns is theirs already.
      const std::size_t start = display_width(stages) + gap;
      if (!group.empty()) groups = padded(groups, start) + group;
      stages = padded(stages, start) + padded(column.stage, part.widths[index]);
    }
    std::string text = heading_line(groups) + heading_line(stages);
    for (const auto& row : table_.rows) {
      if (has_step(row, part)) text += row_text(row, part);
    }
    return text;
  }

  static bool has_step(const StepTable::Row& row, const Part& part) {
    const auto first = row.cells.begin() + static_cast<std::ptrdiff_t>(part.first);
    const auto end = first + static_cast<std::ptrdiff_t>(part.widths.size());
    return std::any_of(first, end, [](const StepFinished* step) { return step != nullptr; });
  }

  std::string heading_line(const std::string& line) const {
    const std::size_t end = line.find_last_not_of(' ');
    if (end == std::string::npos) return "";
    return paint_(Colour::bold, line.substr(0, end + 1)) + "\n";
  }

  std::string row_text(const StepTable::Row& row, const Part& part) const {
    std::string text = padded(cut_middle(row.name, name_width_), name_width_);
    for (std::size_t index = 0; index < part.widths.size(); ++index) {
      const StepFinished* step = row.cells[part.first + index];
      const std::string cell = cell_text(step);
      text.append(gap, ' ');
      text += paint_(step ? colour_of(step->verdict) : Colour::none, cell);
      const bool is_last = index + 1 == part.widths.size();
      if (!is_last) text.append(part.widths[index] - display_width(cell), ' ');
    }
    return text + "\n";
  }

  const StepTable& table_;
  std::size_t width_;
  const Painter& paint_;
  bool with_time_ = true;
  std::size_t name_width_ = 0;
  std::vector<std::size_t> widths_;
};

}  // namespace

StepTable table_of(const RunView& view, std::size_t most_rows) {
  StepTable table;
  for (const CaseView& place : view.cases) {
    for (const StepFinished& step : place.steps) add_column(table.columns, column_of(step));
  }
  const bool only_bad = view.cases.size() > most_rows;
  for (const CaseView& place : view.cases) {
    StepTable::Row row = row_of(place, table.columns);
    if (only_bad && !row.has_bad) {
      ++table.hidden_rows;
    } else if (table.rows.size() == most_rows) {
      ++table.hidden_bad_rows;
    } else {
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

std::string hidden_rows_text(const StepTable& table) {
  std::vector<std::string> parts;
  if (table.hidden_bad_rows > 0) {
    parts.push_back(
        fmt::format("{} with a bad step",
                    counted(static_cast<std::int64_t>(table.hidden_bad_rows), "submodel")));
  }
  if (table.hidden_rows > 0) {
    parts.push_back(fmt::format("{} without a bad step",
                                counted(static_cast<std::int64_t>(table.hidden_rows), "submodel")));
  }
  if (parts.empty()) return "";
  return "Not in the table: " + join(parts, ", ") + ".";
}

std::string table_text(const StepTable& table, std::size_t width, const Painter& paint) {
  if (table.rows.empty()) return "";
  return TextLayout(table, width, paint).text();
}

}  // namespace sharkreg::core
