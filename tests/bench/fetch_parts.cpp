// SPDX-License-Identifier: Apache-2.0
#include "fetch_parts.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "azurite.h"
#include "base/files.h"
#include "fetch_task.h"
#include "nginx.h"
#include "pairs.h"
#include "sparse_store.h"
#include "toxiproxy.h"

namespace sharkreg::bench {
namespace {

namespace fs = std::filesystem;

using core::Result;
using test::Azurite;
using test::Nginx;
using test::Toxiproxy;

constexpr std::size_t one_in_scale = 10;  // of the files that are fetched by one curl each

// "4096.00 MiB"
std::string in_mebibytes(std::uint64_t bytes) {
  return fmt::format("{:.2f} MiB", static_cast<double>(bytes) / (1 << 20));
}

std::string missing_servers(const Workplace&, const FetchOptions&) {
  if (!Nginx::is_there()) return "nginx is not there";
  if (test::find_server("curl").empty()) return "curl is not there";
  return {};
}

Command by_shell(const Workplace& workplace, const std::string& script,
                 const std::vector<std::string>& arguments) {
  std::vector<std::string> words{"/bin/sh", "-c", script, "sh"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return workplace.by_hand(std::move(words));
}

// The same files, fetched by sharkreg and by another.
struct Contest {
  const FetchTask& task;
  const Files& files;
  Command sharkreg;
  Command other;
  std::size_t files_of_other;  // how many of the files it fetches, from the first on
};

// From nothing each time, by turns. Before the first pair both run once, untimed, which fills the
// memory of plugins' descriptions, and the system's of what is served; what they made is compared.
Result<Pairs> measure_fetch(std::size_t pairs, const Contest& contest) {
  const auto from_nothing = [&contest](const Command& command) {
    contest.task.start_over();
    return run_timed_well(command);
  };
  if (const auto warm = from_nothing(contest.sharkreg); !warm) return warm.error();
  if (const auto right = contest.task.check_placed(contest.files); !right) return right.error();
  if (const auto warm = from_nothing(contest.other); !warm) return warm.error();
  const auto right = contest.task.check_by_hand(contest.files, contest.files_of_other);
  if (!right) return right.error();
  return measure(
      pairs, [&] { return from_nothing(contest.sharkreg); },
      [&] { return from_nothing(contest.other); });
}

Result<void> compare_large(const Workplace& workplace, const FetchOptions& options) {
  const Files files(1, options.large_size);
  const Nginx nginx({.files = files.directory()});
  const FetchTask task(workplace, files.urls(nginx.url("/")));
  const Command by_hand =
      by_shell(workplace, R"(curl -q -fsS -o "$2" "$1$2" && sync && sha256sum "$2")",
               {nginx.url("/"), files.names().front()});
  const auto pairs = measure_fetch(options.pairs, {task, files, task.command(), by_hand, 1});
  if (!pairs) return pairs.error();
  print(fmt::format("large: one file of {}, with its SHA-256, on the disk",
                    in_mebibytes(options.large_size)),
        "curl, sync, sha256sum", *pairs);
  fmt::print("  peak resident memory of sharkreg: {}\n", in_mebibytes(pairs->most_memory_with));
  return {};
}

void scale(Sample& sample, std::size_t by, std::size_t measured) {
  for (auto& time : sample) time = time * by / measured;
}

Result<void> compare_one_by_one(const Workplace& workplace, const FetchOptions& options,
                                const FetchTask& task, const Files& files,
                                const std::string& base) {
  const std::size_t count = files.names().size();
  const std::size_t some = std::max<std::size_t>(count / one_in_scale, 1);
  std::vector<std::string> words(files.names().begin(),
                                 files.names().begin() + static_cast<std::ptrdiff_t>(some));
  words.insert(words.begin(), base);
  const Command by_hand = by_shell(
      workplace,
      R"(base=$1; shift; for name; do curl -q -fsS -o "$name" "$base$name" || exit 1; done)",
      words);
  auto pairs = measure_fetch(options.pairs, {task, files, task.command(), by_hand, some});
  if (!pairs) return pairs.error();
  scale(pairs->wall_without, count, some);
  scale(pairs->cpu_without, count, some);
  print(fmt::format("small: {} files of {} bytes; of curl {} are measured, and scaled by {:.4g}",
                    count, options.small_size, some,
                    static_cast<double>(count) / static_cast<double>(some)),
        "one curl after another", *pairs);
  return {};
}

Result<void> compare_parallel(const Workplace& workplace, const FetchOptions& options,
                              const FetchTask& task, const Files& files, const std::string& base) {
  std::string list;
  for (const std::string& name : files.names()) {
    list += fmt::format("url = \"{}{}\"\noutput = \"{}\"\n", base, name, name);
  }
  const test::ServerDirectory lists;
  const fs::path file = lists.write("urls", list);
  const Command by_hand =
      by_shell(workplace, R"(exec curl -q -fsS --parallel --config "$1")", {file.string()});
  const std::size_t count = files.names().size();
  const auto pairs = measure_fetch(options.pairs, {task, files, task.command(), by_hand, count});
  if (!pairs) return pairs.error();
  print(fmt::format("small: {} files of {} bytes; curl leaves them in the system's memory", count,
                    options.small_size),
        "curl --parallel", *pairs);
  return {};
}

Result<void> compare_small(const Workplace& workplace, const FetchOptions& options) {
  const Files files(options.small_count, options.small_size);
  const Nginx nginx({.files = files.directory()});
  const std::string base = nginx.url("/");
  const FetchTask task(workplace, files.urls(base), FetchTask::Leftovers::moved_aside);
  const auto compared = compare_one_by_one(workplace, options, task, files, base);
  if (!compared) return compared.error();
  return compare_parallel(workplace, options, task, files, base);
}

std::string missing_for_latency(const Workplace& workplace, const FetchOptions& options) {
  if (!Toxiproxy::is_there()) return "toxiproxy-server is not there";
  return missing_servers(workplace, options);
}

// What TCP lets one connection carry over a distance: a window for each round trip. toxiproxy has no
// windows, so it is told what they come to.
constexpr int round_trip = 50;             // milliseconds
constexpr int window = 1 << 20;            // bytes
constexpr int rate = window / round_trip;  // of one connection, kB/s

Result<void> compare_latency(const Workplace& workplace, const FetchOptions& options) {
  const Files files(1, options.latency_size);
  const Nginx nginx({.files = files.directory()});
  const Toxiproxy proxy;
  const Toxiproxy::Way way = proxy.way_to(nginx.port(), "far");
  way.poison("latency", fmt::format(R"({{"latency": {}}})", round_trip));
  way.poison("bandwidth", fmt::format(R"({{"rate": {}}})", rate));
  const std::string base = fmt::format("http://127.0.0.1:{}/", way.port());
  const FetchTask task(workplace, files.urls(base));
  const Command by_hand =
      by_shell(workplace, R"(exec curl -q -fsS -o "$2" "$1$2")", {base, files.names().front()});
  const auto pairs = measure_fetch(options.pairs, {task, files, task.command(), by_hand, 1});
  if (!pairs) return pairs.error();
  print(fmt::format("latency: one file of {}, {} ms away, where a connection carries {:.1f} MB/s",
                    in_mebibytes(options.latency_size), round_trip, rate / 1000.0),
        "curl, one connection", *pairs);
  return {};
}

std::string nothing_is_missing(const Workplace&, const FetchOptions&) {
  return {};
}

Result<void> compare_second(const Workplace& workplace, const FetchOptions& options) {
  // Where nobody answers: only what is in the store can be had.
  std::vector<std::string> urls;
  for (std::size_t number = 0; number < options.second_count; ++number) {
    urls.push_back(fmt::format("http://127.0.0.1:9/{:05}.bin", number));
  }
  const FetchTask task(workplace, urls);
  task.start_over();
  const auto made = make_sparse_store(task.store(), urls, options.second_size);
  if (!made) return made.error();
  const Command second = task.command();
  const Command nothing = workplace.by_hand({"/bin/true"});
  if (const auto warm = run_timed_well(second); !warm) return warm.error();
  for (const std::string& url : {urls.front(), urls.back()}) {
    if (const auto right = task.check_stored(fs::path(url).filename()); !right) {
      return right.error();
    }
  }
  const auto pairs = measure(
      options.pairs, [&] { return run_timed_well(second); },
      [&] { return run_timed_well(nothing); });
  if (!pairs) return pairs.error();
  print(fmt::format("second: fetch of {} artifacts of {}, {} in all, which are in the store",
                    options.second_count, in_mebibytes(options.second_size),
                    in_mebibytes(options.second_count * options.second_size)),
        "/bin/true", *pairs);
  return {};
}

constexpr const char* container = "bench";

// One client for all, as its own documentation has it.
constexpr const char* python_script = R"(import sys
from azure.storage.blob import ContainerClient

client = ContainerClient(sys.argv[1], sys.argv[2])
for name in sys.argv[3:]:
    with open(name, "wb") as file:
        client.download_blob(name).readinto(file)
)";

std::string missing_for_azure(const Workplace& workplace, const FetchOptions& options) {
  if (!Azurite::is_there()) return "azurite-blob is not there";
  if (options.azure_python.empty()) return "--azure-python names no Python";
  const auto asked = run_timed(
      workplace.by_hand({fs::absolute(options.azure_python), "-c", "import azure.storage.blob"}));
  if (!asked) return to_text(asked.error());
  if (asked->exit_status != 0) {
    return options.azure_python.string() + " has no azure-storage-blob";
  }
  return {};
}

void put_all(const Azurite& azurite, const Files& files) {
  azurite.make_container(container, true);
  for (const std::string& name : files.names()) {
    const auto content = core::read_file(files.directory() / name);
    if (!content) throw std::runtime_error(to_text(content.error()));
    azurite.put(std::string(container) + "/" + name, *content);
  }
}

Result<void> compare_azure(const Workplace& workplace, const FetchOptions& options) {
  const Files files(options.azure_count, options.azure_size);
  const Azurite azurite;
  put_all(azurite, files);
  const FetchTask task(workplace,
                       files.urls(fmt::format("az://{}/{}/", Azurite::account, container)));
  Command sharkreg = task.command();
  sharkreg.environment.push_back("SHARKREG_AZURE_ENDPOINT=" + azurite.endpoint());
  std::vector<std::string> words{fs::absolute(options.azure_python), "-c", python_script,
                                 azurite.endpoint() + "/" + Azurite::account, container};
  words.insert(words.end(), files.names().begin(), files.names().end());
  const auto pairs = measure_fetch(
      options.pairs,
      {task, files, sharkreg, workplace.by_hand(std::move(words)), files.names().size()});
  if (!pairs) return pairs.error();
  print(fmt::format("azure: {} blobs of {} from Azurite", options.azure_count,
                    in_mebibytes(options.azure_size)),
        "azure-storage-blob", *pairs);
  return {};
}

}  // namespace

const Part large_file{"large", &missing_servers, &compare_large};
const Part small_files{"small", &missing_servers, &compare_small};
const Part latency{"latency", &missing_for_latency, &compare_latency};
const Part second_run{"second", &nothing_is_missing, &compare_second};
const Part azure_blobs{"azure", &missing_for_azure, &compare_azure};

}  // namespace sharkreg::bench
