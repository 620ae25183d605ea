// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/error.h"
#include "store/http_exchange.h"
#include "store/patience.h"
#include "store/remote_cache.h"

namespace sharkreg::core {

// Why something could not be done at the server of a shared cache, and whether that is the server's
// fault.
struct CacheTrouble {
  Error error;
  std::optional<Patience::Failure> fault;
};

template <class T>
using Asked = boost::system::result<T, CacheTrouble>;

// The requests of Bazel's HTTP cache protocol, each with its bound in time and size.
//
// Threads: any.
class CacheRequests {
 public:
  // `shown` is the server for people.
  CacheRequests(std::string shown, std::unique_ptr<HttpExchange> exchange,
                const RemoteCacheLimits& limits);

  // The bytes of an entry. Absent: there is none.
  Asked<std::optional<std::string>> entry(const std::string& key) const;

  // Hands over the content piece by piece, until `take` returns false. Only if this returns true all
  // of it came, and was the right one. False: the server does not have it.
  Asked<bool> file(const RemoteOutput& output, const std::function<bool(std::string_view)>& take);

  // Sees to it that the server has it. What is there already is not sent, unless it came wrong.
  Asked<bool> put_file(const RemoteOutput& output, const std::filesystem::path& from);
  Asked<bool> put_text(const std::string& text);

  Asked<bool> put_entry(const std::string& key, const std::string& bytes) const;

  // That it is left alone for the time that it took.
  Error too_slow() const;

  // Troubles with what has this path: of the server, and of this side.
  CacheTrouble trouble(const std::string& path, const std::string& what,
                       Patience::Failure fault = Patience::Failure::passing) const;
  CacheTrouble local_trouble(const std::string& path, const std::string& what) const;

 private:
  using Give = std::function<std::size_t(char* to, std::size_t most, std::uint64_t offset)>;

  std::chrono::milliseconds limit_of(std::uint64_t size) const;
  CacheTrouble trouble(const std::string& path, const HttpAnswer& answer) const;
  Asked<bool> has(const std::string& sha256, std::uint64_t size);
  Asked<bool> put(const std::string& path, std::uint64_t size, const Give& give) const;
  void mark_wrong(const std::string& sha256);

  std::string shown_;
  std::unique_ptr<HttpExchange> exchange_;
  RemoteCacheLimits limits_;
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();  // guards what follows
  std::set<std::string> wrong_;  // SHA-256s for which the server gave something else
};

}  // namespace sharkreg::core
