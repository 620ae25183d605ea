// SPDX-License-Identifier: Apache-2.0
#include "store/cache_requests.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "store/action_result.h"

namespace sharkreg::core {
namespace {

using Method = HttpRequest::Method;
using Failure = Patience::Failure;
using std::chrono::milliseconds;

// "cas/0123456789ab…"
std::string short_path(const std::string& path) {
  const std::size_t most = path.find('/') + 13;
  return path.size() > most ? path.substr(0, most) + "…" : path;
}

bool is_absent(const HttpAnswer& answer) {
  return answer.status == 404 || answer.status == 410;
}

// A file that is sent, open for reading; -1 if it cannot be.
struct OpenFile {
  explicit OpenFile(const std::filesystem::path& path)
      : descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor >= 0) ::close(descriptor);
  }

  bool has_size(std::uint64_t size) const {
    struct stat status {};
    return descriptor >= 0 && ::fstat(descriptor, &status) == 0 &&
           static_cast<std::uint64_t>(status.st_size) == size;
  }

  std::size_t read(char* to, std::size_t most, std::uint64_t offset) const {
    const ssize_t got = ::pread(descriptor, to, most, static_cast<off_t>(offset));
    return got < 0 ? 0 : static_cast<std::size_t>(got);
  }

  int descriptor;
};

// Gives a text in pieces.
auto giver_of(const std::string& text) {
  return [&text](char* to, std::size_t most, std::uint64_t offset) {
    const auto at = static_cast<std::size_t>(offset);
    const std::size_t given = std::min(most, text.size() - at);
    std::memcpy(to, text.data() + at, given);
    return given;
  };
}

}  // namespace

CacheRequests::CacheRequests(std::string shown, std::unique_ptr<HttpExchange> exchange,
                             const RemoteCacheLimits& limits)
    : shown_(std::move(shown)), exchange_(std::move(exchange)), limits_(limits) {}

milliseconds CacheRequests::limit_of(std::uint64_t size) const {
  return std::min(limits_.file,
                  2 * milliseconds(limits_.stall) + milliseconds(1000 * (size / limits_.slowest)));
}

CacheTrouble CacheRequests::local_trouble(const std::string& path, const std::string& what) const {
  CacheTrouble trouble;
  trouble.error = {ErrorKind::infrastructure,
                   fmt::format("remote cache {}: {}: {}", shown_, short_path(path), what),
                   {}};
  return trouble;
}

CacheTrouble CacheRequests::trouble(const std::string& path, const std::string& what,
                                    Failure fault) const {
  CacheTrouble trouble = local_trouble(path, what);
  trouble.fault = fault;
  return trouble;
}

Error CacheRequests::too_slow() const {
  return {
      ErrorKind::infrastructure,
      fmt::format("remote cache {} is too slow; it is left alone for the rest of this run", shown_),
      {}};
}

// Of an answer that is no use.
CacheTrouble CacheRequests::trouble(const std::string& path, const HttpAnswer& answer) const {
  if (answer.was_stopped) return {{ErrorKind::interrupted, "interrupted", {}}, {}};
  if (answer.status == 0) {
    return trouble(path, answer.trouble,
                   answer.is_unreachable ? Failure::unreachable : Failure::passing);
  }
  const std::string what = fmt::format("the server says HTTP {}", answer.status);
  if (answer.status != 401 && answer.status != 403 && answer.status != 407) {
    return trouble(path, what);
  }
  CacheTrouble refusal = trouble(path, what, Failure::refused);
  refusal.error.hint =
      "put a token into SHARKREG_REMOTE_CACHE_TOKEN, or user name and password into ~/.netrc or "
      "the file that NETRC names; who may only read uses --remote-cache-mode=read";
  return refusal;
}

Asked<std::optional<std::string>> CacheRequests::entry(const std::string& key) const {
  std::string bytes;
  HttpRequest request{Method::get, "ac/" + key, limits_.answer};
  request.most = most_entry_bytes;
  request.take = [&](std::string_view piece) {
    bytes += piece;
    return true;
  };
  const HttpAnswer answer = exchange_->perform(request);
  if (is_absent(answer)) return std::optional<std::string>();
  if (answer.status != 200) return trouble(request.path, answer);
  return std::optional(std::move(bytes));
}

void CacheRequests::mark_wrong(const std::string& sha256) {
  const std::scoped_lock lock(*mutex_);
  wrong_.insert(sha256);
}

Asked<bool> CacheRequests::file(const RemoteOutput& output,
                                const std::function<bool(std::string_view)>& take) {
  Sha256 digest;
  std::uint64_t size = 0;
  HttpRequest request{Method::get, "cas/" + output.sha256, limit_of(output.size)};
  request.most = output.size;
  request.take = [&](std::string_view piece) {
    digest.add(piece);
    size += piece.size();
    return take(piece);
  };
  // The server is not asked for nothing, which it need not have.
  if (output.size > 0) {
    const HttpAnswer answer = exchange_->perform(request);
    if (is_absent(answer)) return false;
    if (answer.is_too_long) mark_wrong(output.sha256);
    if (answer.status != 200) return trouble(request.path, answer);
  }
  const std::string found = digest.finish();
  if (size == output.size && found == output.sha256) return true;
  mark_wrong(output.sha256);
  return trouble(request.path,
                 size != output.size
                     ? fmt::format("the server gives {} bytes in place of {}", size, output.size)
                     : "the server gives what has the SHA-256 " + found);
}

// Whether the server has it, and not anything else in its place.
Asked<bool> CacheRequests::has(const std::string& sha256, std::uint64_t size) {
  {
    const std::scoped_lock lock(*mutex_);
    if (wrong_.contains(sha256)) return false;
  }
  const HttpRequest request{Method::head, "cas/" + sha256, limits_.answer};
  const HttpAnswer answer = exchange_->perform(request);
  if (answer.status == 200) return answer.length.value_or(size) == size;
  // A server that knows no HEAD says so by 405 or 501.
  if (is_absent(answer) || answer.status == 405 || answer.status == 501) return false;
  return trouble(request.path, answer);
}

Asked<bool> CacheRequests::put(const std::string& path, std::uint64_t size,
                               const Give& give) const {
  HttpRequest request{Method::put, path, limit_of(size)};
  request.size = size;
  request.give = give;
  const HttpAnswer answer = exchange_->perform(request);
  if (answer.status < 200 || answer.status > 299) return trouble(path, answer);
  return true;
}

Asked<bool> CacheRequests::put_file(const RemoteOutput& output, const std::filesystem::path& from) {
  if (output.size == 0) return true;
  const std::string path = "cas/" + output.sha256;
  const OpenFile file(from);
  if (!file.has_size(output.size)) {
    return local_trouble(path, "\"" + from.string() + "\" cannot be read, or was changed");
  }
  const auto there = has(output.sha256, output.size);
  if (!there || *there) return there;
  return put(path, output.size, [&](char* to, std::size_t most, std::uint64_t offset) {
    return file.read(to, most, offset);
  });
}

Asked<bool> CacheRequests::put_text(const std::string& text) {
  const std::string sha256 = sha256_of(text);
  const auto there = has(sha256, text.size());
  if (!there || *there) return there;
  return put("cas/" + sha256, text.size(), giver_of(text));
}

Asked<bool> CacheRequests::put_entry(const std::string& key, const std::string& bytes) const {
  return put("ac/" + key, bytes.size(), giver_of(bytes));
}

}  // namespace sharkreg::core
