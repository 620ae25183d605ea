// SPDX-License-Identifier: Apache-2.0
// What bench_fetch measures: `sharkreg fetch` against other programs that fetch the same from the
// same server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "workplace.h"

namespace sharkreg::bench {

// Counts are at least one; sizes are in bytes.
struct FetchOptions {
  std::size_t pairs = 5;
  std::uint64_t large_size = std::uint64_t{4} << 30;
  std::size_t small_count = 2000;
  std::uint64_t small_size = 20'000;
  std::uint64_t latency_size = 200'000'000;
  std::size_t second_count = 200;
  std::uint64_t second_size = (std::uint64_t{40} << 30) / 200 + 1;
  std::size_t azure_count = 20;
  std::uint64_t azure_size = 50'000'000;
  std::filesystem::path azure_python;  // a Python with azure-storage-blob; empty: none is known
};

struct Part {
  const char* name;
  // Why it cannot be measured here; empty if it can.
  std::string (*missing)(const Workplace& workplace, const FetchOptions& options);
  // Measures and prints. An error, or a std::runtime_error of a server, if anything fails, or if
  // the bytes that arrived are not those that were served.
  core::Result<void> (*compare)(const Workplace& workplace, const FetchOptions& options);
};

// One file of many gigabytes, with its SHA-256, on the disk: against curl, sync and sha256sum.
// What memory sharkreg needs is only told rightly as long as this program itself needs little, so
// this part goes first.
extern const Part large_file;

// Thousands of little files: against one curl after another, and one that fetches in parallel.
extern const Part small_files;

// A file on a connection whose answers take 50 ms longer: against curl on one connection.
extern const Part latency;

// The second run, when all is there, and nobody is asked: against a program that does nothing.
extern const Part second_run;

// Blobs of Azurite: against Microsoft's own library for Python.
extern const Part azure_blobs;

}  // namespace sharkreg::bench
