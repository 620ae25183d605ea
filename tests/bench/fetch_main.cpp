// SPDX-License-Identifier: Apache-2.0
// bench_fetch: `sharkreg fetch` against other programs that fetch the same, run alternately.
// README.md beside this file says how to read it.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "cli/option_values.h"
#include "fetch_parts.h"
#include "program.h"
#include "workplace.h"

namespace sharkreg::bench {
namespace {

namespace po = boost::program_options;

const Program program("bench_fetch");

// In this order: see large_file.
const std::vector<const Part*> all_parts{&large_file, &small_files, &latency, &second_run,
                                         &azure_blobs};

struct Options {
  std::filesystem::path sharkreg = SHARKREG_PROGRAM;
  std::vector<std::string> only;  // names of parts; empty: all
  FetchOptions fetch;
};

bool is_wanted(const Options& options, const Part& part) {
  return options.only.empty() || std::ranges::find(options.only, part.name) != options.only.end();
}

void check_names(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (std::ranges::none_of(all_parts, [&](const Part* part) { return part->name == name; })) {
      throw po::error("--only=" + name + " names no part");
    }
  }
}

// "4Gi", "200M" or "20000"; owned by the option that it is given to.
po::value_semantic* size_value(const std::string& name, std::uint64_t& size) {
  const auto take = [&size, name](const std::string& text) {
    const auto bytes = core::bytes_of(text);
    if (!bytes || *bytes == 0) throw po::error(fmt::format("--{}={} is no size", name, text));
    size = *bytes;
  };
  return po::value<std::string>()
      ->value_name("SIZE")
      ->default_value(std::to_string(size))
      ->notifier(take);
}

// A whole number of at least one; owned as that.
po::value_semantic* count_value(const std::string& name, std::size_t& count) {
  const auto check = [name](std::size_t given) {
    if (given == 0) throw po::error(fmt::format("--{} has to be one at least", name));
  };
  return po::value(&count)->value_name("N")->default_value(count)->notifier(check);
}

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  FetchOptions& fetch = options.fetch;
  po::options_description known = Program::options();
  known.add_options()("sharkreg", po::value(&options.sharkreg)->value_name("FILE"),
                      "the program to measure")(
      "only", po::value(&options.only)->value_name("NAME"),
      "large, small, latency, second or azure; any number of times; else all of them")(
      "pairs", count_value("pairs", fetch.pairs), "how often both programs are run")(
      "large-size", size_value("large-size", fetch.large_size), "of the one file")(
      "small-count", count_value("small-count", fetch.small_count), "of small files")(
      "small-size", size_value("small-size", fetch.small_size), "of each")(
      "latency-size", size_value("latency-size", fetch.latency_size), "of the file far away")(
      "second-count", count_value("second-count", fetch.second_count), "of what is there already")(
      "second-size", size_value("second-size", fetch.second_size),
      "of each; sparse, so they need no room")(
      "azure-count", count_value("azure-count", fetch.azure_count), "of blobs")(
      "azure-size", size_value("azure-size", fetch.azure_size), "of each")(
      "azure-python", po::value(&fetch.azure_python)->value_name("FILE"),
      "a Python that has azure-storage-blob");
  if (!program.parse(argc, argv, known, times_in_milliseconds)) return std::nullopt;
  check_names(options.only);
  return options;
}

int run(const Options& options) {
  const auto workplace = Workplace::create(options.sharkreg, {});
  if (!workplace) return program.report(workplace.error());
  fmt::print("Times in milliseconds: median (least … greatest)\n");
  bool was_any = false;
  for (const Part* part : all_parts) {
    if (!is_wanted(options, *part)) continue;
    if (const std::string missing = part->missing(*workplace, options.fetch); !missing.empty()) {
      fmt::print("\n{}: not measured: {}\n", part->name, missing);
      continue;
    }
    was_any = true;
    if (const auto done = part->compare(*workplace, options.fetch); !done) {
      return program.report(done.error());
    }
  }
  return was_any ? 0 : exit_skipped;
}

}  // namespace
}  // namespace sharkreg::bench

int main(int argc, char** argv) {
  return sharkreg::bench::program.run([&] {
    const auto options = sharkreg::bench::parse(argc, argv);
    return options ? sharkreg::bench::run(*options) : 0;
  });
}
