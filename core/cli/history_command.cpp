// SPDX-License-Identifier: Apache-2.0
// sharkreg history [MODEL[/SUBMODEL]], sharkreg history export [MODEL[/SUBMODEL]]
#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "base/verdict.h"
#include "cli/commands.h"
#include "cli/fetch_progress.h"
#include "cli/history_export.h"
#include "cli/option_values.h"
#include "cli/run_history.h"
#include "history/import.h"
#include "report/screen_text.h"

namespace sharkreg::core {
namespace {

// What of the history is wanted.
struct Wanted {
  std::string model = "*";
  std::string submodel = "*";
  std::string step = "*";
};

Wanted wanted_of(const Context& context, const std::string& word) {
  Wanted wanted;
  if (!word.empty()) {
    const std::size_t slash = word.find('/');
    wanted.model = word.substr(0, slash);
    if (slash != std::string::npos) wanted.submodel = word.substr(slash + 1);
  }
  const std::string step = context.settings().text("step");
  if (!step.empty()) wanted.step = step;
  return wanted;
}

// Those whose name is like the pattern; an error with the nearest names if there is none.
Result<std::vector<Subject>> like(const std::vector<Subject>& subjects, std::string Subject::*name,
                                  const char* what, const std::string& pattern) {
  std::vector<Subject> found;
  std::set<std::string> different;
  for (const Subject& subject : subjects) {
    if (matches_glob(subject.*name, pattern)) found.push_back(subject);
    different.insert(subject.*name);
  }
  if (!found.empty() || subjects.empty()) return found;
  const std::vector<std::string> names(different.begin(), different.end());
  constexpr std::size_t most_listed = 20;
  std::string list = join(std::span(names).first(std::min(names.size(), most_listed)), ", ");
  if (names.size() > most_listed) list += ", …";
  return Error{ErrorKind::usage,
               fmt::format("the history has no {} like \"{}\"{}", what, pattern,
                           did_you_mean(pattern, names)),
               "there are: " + list};
}

Result<std::vector<Subject>> select(History& history, const Wanted& wanted) {
  auto subjects = history.subjects();
  if (!subjects) return subjects.error();
  auto of_models = like(*subjects, &Subject::model, "model", wanted.model);
  if (!of_models) return of_models;
  auto of_submodels = like(*of_models, &Subject::submodel, "submodel", wanted.submodel);
  if (!of_submodels) return of_submodels;
  return like(*of_submodels, &Subject::step, "step", wanted.step);
}

// What is not as it was for the execution before: "acme-compile 3.12 → 3.13".
std::string changes(const PastStep& step, const PastStep* before) {
  if (before == nullptr) return "";
  std::vector<std::string> parts;
  const auto compare = [&](const std::string& what, const std::string& was, const std::string& is) {
    if (was == is) return;
    const auto shown = [](const std::string& text) { return text.empty() ? "none" : text; };
    parts.push_back(fmt::format("{} {} → {}", what, shown(was), shown(is)));
  };
  const auto versions = [](const PastStep& one) {
    std::map<std::string, std::string> result;
    for (const std::string& line : split(one.tools, '\n')) {
      const std::size_t space = line.find(' ');
      if (!line.empty() && space != std::string::npos) {
        result[line.substr(0, space)] = line.substr(space + 1);
      }
    }
    return result;
  };
  auto was = versions(*before);
  auto is = versions(step);
  was.merge(std::map(is));  // so that each name is in it
  for (const auto& [name, unused] : was) compare(name, versions(*before)[name], is[name]);
  compare("sharkreg", before->run.version, step.run.version);
  compare("SKU", before->run.sku, step.run.sku);
  compare("host", before->run.host, step.run.host);
  return join(parts, ", ");
}

using Line = std::vector<std::string>;

Line line_of(const PastStep& step, const PastStep* before) {
  const bool has_run = step.wall > 0 || step.peak_memory > 0;
  return {step.time.substr(0, 10) + " " +
              step.time.substr(std::min<std::size_t>(11, step.time.size()), 8),
          step.run.name,
          step.verdict + (step.cached ? " (cached)" : ""),
          has_run ? fmt::format("{:.3f}", static_cast<double>(step.wall) / 1e6) : "-",
          step.peak_memory > 0 ? bytes_text(static_cast<std::uint64_t>(step.peak_memory)) : "-",
          step.device.empty() ? "-" : step.device,
          changes(step, before)};
}

void print_table(const std::vector<Line>& lines) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const Line& line : lines) {
    for (std::size_t column = 0; column < line.size(); ++column) {
      widths[column] = std::max(widths[column], display_width(line[column]));
    }
  }
  for (const Line& line : lines) {
    std::string text;
    for (std::size_t column = 0; column < line.size(); ++column) {
      text += "  " + padded(line[column], widths[column]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    fmt::print("{}\n", text);
  }
}

Result<void> print_subject(History& history, const Subject& subject, std::size_t last) {
  // One more, for what has changed since.
  const auto steps = history.steps_of(subject, last + 1);
  if (!steps) return steps.error();
  std::vector<Line> lines{
      {"time (UTC)", "run", "verdict", "seconds", "memory", "device", "changed"}};
  const std::size_t shown = std::min(steps->size(), last);
  for (std::size_t index = shown; index-- > 0;) {
    const PastStep* before = index + 1 < steps->size() ? &(*steps)[index + 1] : nullptr;
    Line line = line_of((*steps)[index], before);
    for (std::string& text : line) text = harmless_line(text);
    lines.push_back(std::move(line));
  }
  if (shown == 0) return {};
  fmt::print("{}/{}  {}\n", harmless_line(subject.model), harmless_line(subject.submodel),
             harmless_line(subject.step));
  print_table(lines);
  return {};
}

Result<int> show(const Context& context, History& history, const std::vector<Subject>& subjects) {
  const auto last = count_option(context.settings(), "last", 1, 1'000'000);
  if (!last) return last.error();
  if (subjects.empty()) fmt::print("no run is recorded yet\n");
  for (const Subject& subject : subjects) {
    if (const auto shown = print_subject(history, subject, *last); !shown) return shown.error();
  }
  return exit_fine;
}

Result<int> write_export(const Context& context, History& history,
                         const std::vector<Subject>& subjects) {
  const ExportFormat format =
      context.settings().text("format") == "csv" ? ExportFormat::csv : ExportFormat::json_lines;
  const std::string file = context.settings().text("output");
  std::string text;  // for a file that is replaced as a whole
  const auto write = [&](std::string_view line) {
    if (file.empty()) {
      fmt::print("{}", line);
    } else {
      text += line;
    }
  };
  if (const auto done = export_history(history, subjects, format, write); !done) {
    return done.error();
  }
  if (file.empty()) return exit_fine;
  if (const auto written = write_file_atomically(file, text); !written) return written.error();
  return exit_fine;
}

}  // namespace

Result<int> history_command(Context& context) {
  std::vector<std::string> words = context.positional();
  const bool is_export = !words.empty() && words.front() == "export";
  if (is_export) words.erase(words.begin());
  if (words.size() > 1) {
    return Error{
        ErrorKind::usage,
        fmt::format("history takes one MODEL or MODEL/SUBMODEL, not also \"{}\"", words[1]),
        "names may be patterns: 'sd*/clip'"};
  }
  const auto history = History::open(history_file(context));
  if (!history) return history.error();
  const auto imported = import_runs(**history, context.places().cache_dir / "runs");
  if (!imported) return imported.error();
  print_notes(imported->notes);
  const auto subjects = select(**history, wanted_of(context, words.empty() ? "" : words.front()));
  if (!subjects) return subjects.error();
  return is_export ? write_export(context, **history, *subjects)
                   : show(context, **history, *subjects);
}

}  // namespace sharkreg::core
