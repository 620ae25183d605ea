// SPDX-License-Identifier: Apache-2.0
// sharkreg merge RESULTS… --output=PLACE
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/files.h"
#include "cli/commands.h"
#include "cli/reporting.h"
#include "history/merge.h"
#include "report/run_view.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

Result<std::vector<MergeInput>> read_inputs(const Context& context) {
  if (context.positional().empty()) {
    return Error{ErrorKind::usage, "merge is given no results",
                 "name the results.jsonl of each shard, or their directories"};
  }
  std::vector<MergeInput> inputs;
  for (const std::string& name : context.positional()) {
    const fs::path file = results_file_named(name);
    auto recorded = read_results(file);
    if (!recorded) return recorded.error();
    inputs.push_back({file, std::move(*recorded)});
  }
  return inputs;
}

// The file to write, which is none of those that were read.
Result<fs::path> output_of(const Context& context, const std::vector<MergeInput>& inputs) {
  const fs::path named = context.settings().text("output");
  if (named.empty()) {
    return Error{ErrorKind::usage, "merge is not told where the joined results go",
                 "give --output=DIR, or --output=FILE.jsonl"};
  }
  std::error_code ignored;
  const bool is_file = named.extension() == ".jsonl" && !fs::is_directory(named, ignored);
  const fs::path file = is_file ? named : named / "results.jsonl";
  for (const MergeInput& input : inputs) {
    if (!fs::equivalent(file, input.name, ignored)) continue;
    return Error{ErrorKind::usage,
                 fmt::format("--output would replace {}, which is to be merged", input.name),
                 "name another place"};
  }
  return file;
}

}  // namespace

Result<int> merge_command(Context& context) {
  const auto inputs = read_inputs(context);
  if (!inputs) return inputs.error();
  const auto output = output_of(context, *inputs);
  if (!output) return output.error();
  const auto events = merged(*inputs, context.settings().is_true("strict-xfail"));
  if (!events) return events.error();
  std::string text;
  for (const Event& event : *events) text += to_json_line(event) + "\n";
  if (const auto written = write_file_atomically(*output, text); !written) return written.error();
  const auto& end = std::get<RunFinished>(events->back());
  return write_reports(context, view_of(*events), *output, static_cast<int>(end.exit_status));
}

}  // namespace sharkreg::core
