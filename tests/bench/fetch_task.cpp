// SPDX-License-Identifier: Apache-2.0
#include "fetch_task.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <random>
#include <ranges>
#include <stdexcept>
#include <unistd.h>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/digest.h"
#include "store/layout.h"

namespace sharkreg::bench {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

using core::Error;
using core::ErrorKind;
using core::Result;

constexpr std::size_t block_size = std::size_t{1} << 20;

// Nothing that a file system or a network could make smaller.
std::string random_block() {
  std::mt19937_64 generator(1);
  std::string block(block_size, '\0');
  for (std::size_t at = 0; at < block.size(); at += sizeof(std::uint64_t)) {
    const std::uint64_t word = generator();
    std::memcpy(block.data() + at, &word, sizeof word);
  }
  return block;
}

// Marks each block with its file and its place, so that blocks taken for each other are noticed.
void write_file(const fs::path& path, std::size_t number, std::uint64_t size, std::string& block) {
  std::ofstream file(path, std::ios::binary);
  for (std::uint64_t at = 0; at < size; at += block.size()) {
    const std::string mark = fmt::format("{:016x}{:016x}", number, at);
    block.replace(0, mark.size(), mark);
    const std::uint64_t piece = std::min<std::uint64_t>(block.size(), size - at);
    file.write(block.data(), static_cast<std::streamsize>(piece));
  }
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

json::object model_with_inputs(const std::vector<std::string>& urls) {
  json::array inputs;
  for (const std::string& url : urls) inputs.push_back({{"source", url}, {"value", "1xi8"}});
  return {{"mlir", "program.mlir"}, {"inputs", std::move(inputs)}};
}

Result<void> check_same(const Files& files, std::size_t count, const fs::path& directory) {
  for (const std::string& name :
       files.names() | std::views::take(static_cast<std::ptrdiff_t>(count))) {
    const Result<std::string> expected = core::sha256_of_file(files.directory() / name);
    if (!expected) return expected.error();
    const Result<std::string> found = core::sha256_of_file(directory / name);
    if (!found) return found.error();
    if (*found == *expected) continue;
    return Error{ErrorKind::infrastructure,
                 fmt::format("{} is not what was served", (directory / name).string()),
                 {}};
  }
  return {};
}

}  // namespace

Files::Files(std::size_t count, std::uint64_t size) {
  std::string block = random_block();
  for (std::size_t number = 0; number < count; ++number) {
    names_.push_back(fmt::format("{:05}.bin", number));
    write_file(directory() / names_.back(), number, size, block);
  }
}

std::vector<std::string> Files::urls(const std::string& base) const {
  std::vector<std::string> urls;
  for (const std::string& name : names_) urls.push_back(base + name);
  return urls;
}

FetchTask::FetchTask(const Workplace& workplace, const std::vector<std::string>& urls,
                     Leftovers leftovers)
    : workplace_(workplace), leftovers_(leftovers) {
  fs::create_directory(models_.path() / "bench");
  models_.write("bench/program.mlir", "module {}\n");
  models_.write("bench/fetch.json", json::serialize(model_with_inputs(urls)));
}

Command FetchTask::command(const std::vector<std::string>& options) const {
  std::vector<std::string> words{"fetch", "--tests-dir=" + models_.path().string(), "--model=bench",
                                 "--backend=cpu"};
  words.insert(words.end(), options.begin(), options.end());
  return workplace_.sharkreg(std::move(words));
}

void FetchTask::start_over() const {
  for (const fs::path& directory : {store(), workplace_.cache() / "artifacts", workplace_.hand()}) {
    if (leftovers_ == Leftovers::removed) {
      fs::remove_all(directory);
    } else if (fs::exists(directory)) {
      fs::rename(directory, workplace_.new_place() / directory.filename());
    }
  }
  fs::create_directory(workplace_.hand());
  ::sync();
}

Result<void> FetchTask::check_stored(const std::string& name) const {
  const fs::path link = workplace_.cache() / "artifacts" / "bench_fetch" / name;
  const Result<std::string> digest = core::sha256_of_file(link);
  if (!digest) return digest.error();
  if (fs::equivalent(link, core::StoreLayout{store()}.blob(*digest))) return {};
  return Error{ErrorKind::infrastructure, link.string() + " is not what is in the store", {}};
}

Result<void> FetchTask::check_placed(const Files& files) const {
  return check_same(files, files.names().size(), workplace_.cache() / "artifacts" / "bench_fetch");
}

Result<void> FetchTask::check_by_hand(const Files& files, std::size_t count) const {
  return check_same(files, count, workplace_.hand());
}

}  // namespace sharkreg::bench
