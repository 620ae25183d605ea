// SPDX-License-Identifier: Apache-2.0
#include "cli/sharding.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "history/shard.h"

namespace sharkreg::core {
namespace {

std::string name_of(const CaseFile& file) {
  return file.model + "/" + file.submodel;
}

// What must be the same for all shards, or steps would be missing in the whole.
std::string selection_of(const Settings& settings) {
  std::vector<std::string> options;
  for (const std::string& pattern : settings.texts("filter")) {
    options.push_back("--filter=" + pattern);
  }
  if (settings.is_true("rerun-failed")) options.emplace_back("--rerun-failed");
  for (const char* name : {"stage", "repeat"}) {
    options.push_back(fmt::format("--{}={}", name, settings.text(name)));
  }
  return join(options, " ");
}

struct CaseTimes {
  std::map<std::string, std::int64_t> times;
  std::string source;
};

Result<CaseTimes> times_for(const Context& context, RunHistory& history) {
  const std::string file = context.settings().text("shard-history");
  if (!file.empty()) {
    auto times = case_times_of(file);
    if (!times) {
      return Error{times.error().kind, "--shard-history: " + times.error().message,
                   times.error().hint};
    }
    return CaseTimes{std::move(*times), file};
  }
  History* const known = history.up_to_date();
  if (known == nullptr) return CaseTimes();
  auto times = known->case_times();
  if (!times || times->empty()) return CaseTimes();
  return CaseTimes{std::move(*times), "the history of this machine"};
}

}  // namespace

Result<std::optional<ShardRecord>> take_shard(const Context& context, RunHistory& history,
                                              std::vector<CaseFile>& files) {
  const Settings& settings = context.settings();
  if (settings.text("shard").empty()) {
    if (!settings.given("shard-history")) return std::optional<ShardRecord>();
    return Error{ErrorKind::usage, "--shard-history says how --shard cuts, which is not given",
                 "give --shard=I/N as well"};
  }
  const auto choice = shard_choice(settings.text("shard"), settings.all.at("shard").place);
  if (!choice) return choice.error();
  const auto times = times_for(context, history);
  if (!times) return times.error();

  std::vector<std::string> cases;
  for (const CaseFile& file : files) cases.push_back(name_of(file));
  const Partition partition = balanced_partition(std::move(cases), times->times, choice->count);
  ShardRecord record;
  record.index = static_cast<std::int64_t>(choice->index);
  record.count = static_cast<std::int64_t>(choice->count);
  record.partition = digest_of(partition);
  record.cases = partition.at(choice->index - 1);
  record.balanced_by = times->source;
  record.selection = selection_of(settings);
  history.note(fmt::format("shard {}/{}: {} of {} models{}", record.index, record.count,
                           record.cases.size(), files.size(),
                           times->source.empty() ? "" : ", cut by the times of " + times->source));
  std::erase_if(files, [&](const CaseFile& file) {
    return !std::ranges::binary_search(record.cases, name_of(file));
  });
  return std::optional(std::move(record));
}

}  // namespace sharkreg::core
