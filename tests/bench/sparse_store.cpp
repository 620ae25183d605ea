// SPDX-License-Identifier: Apache-2.0
#include "sparse_store.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/files.h"
#include "store/index.h"
#include "store/layout.h"

namespace sharkreg::bench {
namespace {

namespace fs = std::filesystem;

using core::Error;
using core::ErrorKind;
using core::Result;

// Of a file that begins with the text and has nothing but zeros after it.
std::string digest_of(const std::string& text, std::uint64_t size) {
  const std::string zeros(std::size_t{1} << 20, '\0');
  core::Sha256 digest;
  digest.add(text);
  for (std::uint64_t left = size - text.size(); left > 0;) {
    const std::uint64_t piece = std::min<std::uint64_t>(left, zeros.size());
    digest.add({zeros.data(), static_cast<std::size_t>(piece)});
    left -= piece;
  }
  return digest.finish();
}

Result<core::Blob> write_blob(const core::StoreLayout& layout, std::string text,
                              std::uint64_t size) {
  text.resize(std::min<std::uint64_t>(text.size(), size));
  const std::string sha256 = digest_of(text, size);
  const fs::path file = layout.blob(sha256);
  if (auto made = core::make_directories(file.parent_path()); !made) return made.error();
  std::ofstream(file, std::ios::binary) << text;
  std::error_code error;
  fs::resize_file(file, size, error);
  const auto identity = core::identity_of(file);
  if (error || !identity || ::chmod(file.c_str(), 0444) != 0) {
    return Error{ErrorKind::infrastructure, "cannot write " + file.string(), {}};
  }
  return core::Blob{sha256, *identity};
}

}  // namespace

Result<void> make_sparse_store(const fs::path& directory, const std::vector<std::string>& urls,
                               std::uint64_t size) {
  const core::StoreLayout layout{directory};
  const auto index = core::StoreIndex::open(layout.index());
  if (!index) return index.error();
  const auto now =
      std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  for (const std::string& url : urls) {
    const auto blob = write_blob(layout, url, size);
    if (!blob) return blob.error();
    const std::string key = core::sha256_of(url);
    if (auto kept = (*index)->remember(key, {*blob, "\"1\"", now, key}); !kept) return kept.error();
  }
  return {};
}

}  // namespace sharkreg::bench
