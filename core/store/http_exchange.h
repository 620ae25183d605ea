// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "store/remote_cache.h"

namespace sharkreg::core {

// One request to the server of a shared cache.
struct HttpRequest {
  enum class Method { get, head, put };

  Method method = Method::get;
  std::string path;                 // behind the prefix of the URL: "ac/…"
  std::chrono::milliseconds limit;  // for all of it, from connecting on

  // GET: takes the body of an answer of status 200; false ends it. More than `most` bytes are a
  // failure, and are not read.
  std::function<bool(std::string_view)> take = {};
  std::uint64_t most = 0;

  // PUT: gives bytes of the body from an offset on, of which there are `size`; none is a failure.
  std::function<std::size_t(char* to, std::size_t most, std::uint64_t offset)> give = {};
  std::uint64_t size = 0;
};

struct HttpAnswer {
  long status = 0;                      // 0: there was no whole answer, since
  std::string trouble;                  // this happened
  bool is_unreachable = false;          // no connection was made
  bool was_stopped = false;             // by the user
  bool is_too_long = false;             // it has more bytes than `most`
  std::optional<std::uint64_t> length;  // Content-Length
};

// Where a shared cache is.
struct HttpPlace {
  std::string url;  // without user name and password, and without a '/' at the end
  std::string user;
  std::string password;
};

// Errors (usage), which do not show the URL: no http or https URL; one with a query or a fragment.
Result<HttpPlace> parse_place(const std::string& url);

// HTTP by libcurl, with connections that are kept. GET and HEAD follow five redirects at most, to http
// and https alone, and from https to https alone. Credentials go to the server itself alone: those of
// the URL, else the token, else those of netrc.
//
// Threads: any; each request under way has a connection of its own.
class HttpExchange {
 public:
  static Result<std::unique_ptr<HttpExchange>> open(HttpPlace place,
                                                    const RemoteCacheSettings& settings);
  ~HttpExchange();

  HttpAnswer perform(const HttpRequest& request);

 private:
  struct State;
  explicit HttpExchange(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sharkreg::core
