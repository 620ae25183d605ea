// SPDX-License-Identifier: Apache-2.0
// sharkreg cache stats|verify|gc|path URL
#include <fmt/format.h>

#include "base/clock.h"
#include "base/secrets.h"
#include "base/text.h"
#include "base/verdict.h"
#include "cli/commands.h"
#include "cli/fetch_progress.h"
#include "cli/option_values.h"
#include "store/garbage.h"

namespace sharkreg::core {
namespace {

struct OpenStore {
  StoreLayout layout;
  std::unique_ptr<StoreIndex> index;
};

Result<OpenStore> open_store(const Context& context) {
  OpenStore store{{context.places().cache_dir / "store"}, nullptr};
  auto index = StoreIndex::open(store.layout.index());
  if (!index) return index.error();
  store.index = std::move(*index);
  return store;
}

Result<int> stats(Context& context) {
  const auto store = open_store(context);
  if (!store) return store.error();
  const auto found = statistics_of(*store->index, store->layout);
  if (!found) return found.error();
  fmt::print("store      {}\n", store->layout.directory.native());
  fmt::print("artifacts  {}, {}, of {} URLs; {} in use\n", found->blobs,
             bytes_text(found->blob_bytes), found->urls, found->in_use);
  fmt::print("compiles   {} cached, {} files, {}\n", found->results, found->result_blobs,
             bytes_text(found->result_bytes));
  fmt::print("downloads  {} not ended, {}\n", found->parts, bytes_text(found->part_bytes));
  fmt::print("set aside  {}, {}, in {}\n", found->bad, bytes_text(found->bad_bytes),
             store->layout.bad().native());
  if (found->oldest_use) {
    fmt::print("oldest     last used {}\n", to_iso_text(*found->oldest_use).substr(0, 10));
  }
  return exit_fine;
}

Result<int> verify(Context& context) {
  const auto store = open_store(context);
  if (!store) return store.error();
  const auto verified = verify_blobs(*store->index, store->layout);
  if (!verified) return verified.error();
  for (const std::filesystem::path& file : verified->wrong) {
    fmt::print("wrong content: {}; it is fetched again when it is wanted\n", file.native());
  }
  for (const std::string& sha256 : verified->missing) {
    fmt::print("missing: {}; it is fetched again when it is wanted\n", sha256);
  }
  fmt::print("{} right, {} wrong, {} missing\n", verified->right, verified->wrong.size(),
             verified->missing.size());
  if (verified->broken_results > 0) {
    fmt::print(
        "{} cached results of compiles lack a file; they are compiled again when they are "
        "wanted\n",
        verified->broken_results);
  }
  if (verified->adopted > 0) fmt::print("{} were not known, and are now\n", verified->adopted);
  return verified->wrong.empty() && verified->missing.empty() ? exit_fine : exit_infrastructure;
}

Result<int> collect(Context& context) {
  CollectOptions options;
  const auto max_size = bytes_option(context.settings(), "max-size");
  if (!max_size) return max_size.error();
  options.max_size = *max_size;
  const auto older_than = duration_option(context.settings(), "older-than");
  if (!older_than) return older_than.error();
  options.older_than = *older_than;
  if (!options.max_size && !options.older_than) {
    return Error{ErrorKind::usage, "cache gc is not told what may stay",
                 "give --max-size=200G, --older-than=30d, or both"};
  }
  const auto store = open_store(context);
  if (!store) return store.error();
  const auto collected =
      collect_garbage(*store->index, store->layout, options, context.clock().now());
  if (!collected) return collected.error();
  fmt::print("removed {} files, {}; {} artifacts stay, {}\n", collected->removed_files,
             bytes_text(collected->removed_bytes), collected->left_files,
             bytes_text(collected->left_bytes));
  if (collected->removed_results > 0 || collected->left_results > 0) {
    fmt::print("forgot {} results of compiles; {} stay\n", collected->removed_results,
               collected->left_results);
  }
  const bool too_much = options.max_size && collected->left_bytes > *options.max_size;
  if (collected->in_use_files > 0) {
    fmt::print("{} of them, {}, are used by running processes\n", collected->in_use_files,
               bytes_text(collected->in_use_bytes));
  }
  if (too_much) {
    return Error{ErrorKind::infrastructure,
                 fmt::format("that is more than {}", bytes_text(*options.max_size)),
                 "what is in use cannot be removed now: try again when those runs have ended"};
  }
  return exit_fine;
}

Result<int> path(Context& context, const std::string& url) {
  const auto store = context.artifact_store();
  if (!store) return store.error();
  const auto file = (*store)->look_up(url);
  if (!file) return file.error();
  if (!*file) {
    return Error{ErrorKind::infrastructure, redacted(url) + " is not in the store",
                 "`sharkreg fetch` brings what the selected models name"};
  }
  fmt::print("{}\n", (*file)->path.native());
  return exit_fine;
}

}  // namespace

Result<int> cache_command(Context& context) {
  const std::vector<std::string>& words = context.positional();
  const std::string what = words.empty() ? "" : words.front();
  if (what == "path" && words.size() == 2) return path(context, words[1]);
  if (words.size() == 1 && what == "stats") return stats(context);
  if (words.size() == 1 && what == "verify") return verify(context);
  if (words.size() == 1 && what == "gc") return collect(context);
  return Error{ErrorKind::usage,
               what == "path" ? "cache path takes one URL"
                              : fmt::format("cache: expected stats, verify, gc or path URL{}",
                                            what.empty() ? "" : ", not " + words.back()),
               "`sharkreg cache stats` shows what there is"};
}

}  // namespace sharkreg::core
