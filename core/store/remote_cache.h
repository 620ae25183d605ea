// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"

namespace sharkreg::core {

// A file that an action made.
struct RemoteOutput {
  std::string name;    // plain: no '/', not "." or ".."; at most 255 bytes
  std::string sha256;  // of its content: 64 lower-case hexadecimal digits
  std::uint64_t size = 0;
  bool is_executable = false;

  bool operator==(const RemoteOutput&) const = default;
};

// What an action that succeeded gave. Others are not shared.
struct RemoteEntry {
  std::vector<RemoteOutput> outputs;  // of different names
  std::string standard_error;         // bytes as the tool wrote them

  bool operator==(const RemoteEntry&) const = default;
};

// Results of actions that a team shares: small entries by the key of an action, and files by their
// SHA-256.
//
// An Error is trouble that people should read of once, as a note; it never is a reason to fail. Its
// message has no secret in it. What is nobody's business (nothing is there, or the server was given
// up earlier, which was told then) is a plain miss.
//
// Threads: any, several at once.
class RemoteCache {
 public:
  virtual ~RemoteCache() = default;

  // The entry of an action, by the SHA-256 that is its key. Absent: a miss. Names, digests and sizes
  // in it are checked, so each name may be joined to a directory; whether these are the outputs that
  // the action should have is for the caller to look at.
  virtual Result<std::optional<RemoteEntry>> find(const std::string& key) = 0;

  // Brings a file of an entry to the path, where nothing may be. True: it is there, and has the size
  // and the SHA-256; it is not flushed to the disk. False: a miss. With false or an Error nothing is
  // at the path.
  virtual Result<bool> fetch(const RemoteOutput& output, const std::filesystem::path& to) = 0;

  // Shares an entry. `files` are those of its outputs, in their order, and must not change meanwhile.
  // The entry is sent after all files are there, so nobody finds one that lacks them. Does nothing
  // where it may not write.
  virtual Result<void> upload(const std::string& key, const RemoteEntry& entry,
                              std::span<const std::filesystem::path> files) = 0;
};

// How long a server is waited for, how much is taken from it, and when it is left alone.
struct RemoteCacheLimits {
  std::chrono::milliseconds connect{2'000};
  std::chrono::milliseconds answer{5'000};  // for an entry, or whether a file is there, as a whole
  // A file is given up when less than `slowest` bytes a second came or went for so long, after
  // size / slowest + 2 × stall, and after `file`, whatever its size.
  std::chrono::seconds stall{5};
  std::uint64_t slowest = 128 * 1024;
  std::chrono::milliseconds file{600'000};
  int failures = 3;  // in a row
  // In all, by failures, and by what takes longer than `fair` and a second for each MiB.
  std::chrono::milliseconds lost{15'000};
  std::chrono::milliseconds fair{1'000};
  std::uint64_t largest = std::uint64_t{16} << 30;  // bytes of one output
};

struct RemoteCacheSettings {
  enum class Mode { read, readwrite };

  // "https://user:password@host:port/prefix": entries are at /prefix/ac/KEY, files at
  // /prefix/cas/SHA-256. User name and password may be missing.
  std::string url;
  Mode mode = Mode::read;
  std::string token = {};  // sent as "Authorization: Bearer"; over https, or to this machine
  std::filesystem::path netrc = {};        // user names and passwords; empty: ~/.netrc
  std::filesystem::path authorities = {};  // PEM, in place of the system's
  RemoteCacheLimits limits = {};
  std::stop_token stop = {};  // ends what is under way within a second, as Error (interrupted)
};

// Fills in what the environment says: SHARKREG_REMOTE_CACHE_TOKEN, NETRC, and the first that is there
// of SHARKREG_CACERT, CURL_CA_BUNDLE and SSL_CERT_FILE.
void read_environment(RemoteCacheSettings& settings);

// A server that speaks Bazel's HTTP cache protocol, by libcurl; connections are kept. Nobody is
// asked yet. Errors (usage): the URL is none, or has a part that means nothing here; the token would
// go to another machine unprotected.
//
// An answer is believed only as far as it can be checked: an entry has to be an ActionResult of at
// most 4 MiB with exit code 0, plain names, right digests and possible sizes; a file has to have the
// size and digest that were asked for, and not a byte more is written. What is not so is an Error.
//
// Looking up (to find and to fetch) and uploading are each given up for good after `failures` in a row
// or one refusal of the credentials, and both when no connection could be made so often, or `lost` is
// used up: also by a server that is right, but slow. An Error says so once, and everything after it is
// a miss.
Result<std::unique_ptr<RemoteCache>> open_remote_cache(const RemoteCacheSettings& settings);

}  // namespace sharkreg::core
