// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace sharkreg::core {

// Where in the store's directory things lie:
//
//   blobs/01/23…   files, read-only, named by their SHA-256
//   parts/         downloads that have not ended, by the SHA-256 of the URL; files of results of
//                  actions on their way into blobs/
//   bad/           what came and was not what it should be, kept to be looked at
//   processes/     one file for each process that uses the store, locked while it runs
//   urls.lock      locked, byte by byte, for the URLs that are being fetched (key_locks.h)
//   index.sqlite   what is known of all that; see index.h
struct StoreLayout {
  std::filesystem::path directory;

  std::filesystem::path index() const { return directory / "index.sqlite"; }
  std::filesystem::path blobs() const { return directory / "blobs"; }
  std::filesystem::path blob(const std::string& sha256) const {
    return blobs() / sha256.substr(0, 2) / sha256.substr(2);
  }
  std::filesystem::path parts() const { return directory / "parts"; }
  std::filesystem::path part(const std::string& url_key) const { return parts() / url_key; }
  std::filesystem::path bad() const { return directory / "bad"; }
  std::filesystem::path locks() const { return directory / "urls.lock"; }
  std::filesystem::path processes() const { return directory / "processes"; }
};

}  // namespace sharkreg::core
