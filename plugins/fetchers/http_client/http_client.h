// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sharkreg/failure.h>
#include <sharkreg/host.h>

#include "http_answer.h"

namespace http_fetcher {

// What is asked for.
struct Request {
  std::string url;
  bool head_only = false;            // HEAD
  std::string range;                 // "0-99"; empty: all
  std::vector<std::string> headers;  // "Name: value"
  bool follow_redirects = true;      // else an answer of status 3xx is an answer
  bool path_as_is = false;           // "/../" in it is part of a name

  // The headers have all that proves who asks, if anything does: neither a token nor NETRC is used.
  bool is_signed = false;
  // Sent to this URL's host alone. Empty: SHARKREG_HTTP_TOKEN_HOST, as below.
  std::string bearer_token;
};

// The variable of the environment that has the token for the host of a URL.
std::string token_variable(const std::string& host);

// HTTP/1.1 and HTTP/2 over one connection that is kept from request to request, by libcurl.
//
// From the environment, through the host: SHARKREG_CACERT (a PEM file of certificate authorities in
// place of the system's; likewise CURL_CA_BUNDLE and SSL_CERT_FILE), SHARKREG_HTTP_TOKEN_HOST (a
// bearer token for that host alone; HOST in capitals, with _ for each character but letters and
// digits; over https, or to this machine), SHARKREG_HTTP_STALL_SECONDS (30: a transfer of less than
// 1 KiB a second is given up after so long), NETRC (a file of user names and passwords in place of
// ~/.netrc). libcurl itself reads http_proxy, https_proxy, all_proxy and no_proxy.
//
// At most 10 redirects are followed, to http and https alone, and from https to https alone.
// Certificates are always checked. The heads of an answer may have 256 KiB.
//
// Threads: one at a time.
class HttpClient {
 public:
  // Whether the body is wanted; called when the head of the last answer is there.
  using OnHead = std::function<bool(const Answer&)>;
  // Takes bytes of a body that is wanted; with none about once a second while nothing comes. False:
  // stop.
  using OnBytes = std::function<bool(const void* bytes, std::size_t size)>;

  explicit HttpClient(const sharkreg::Host& host);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Ends when the body is over, or one of the functions says so: that is no failure. Throws Failure:
  // cancelled (on_bytes said stop), failed (no connection, it broke off, it stalled), invalid (the
  // URL, a certificate, a redirect that is not followed); and what the functions throw. An answer of
  // a status of 400 or more is an answer.
  Answer perform(const Request& request, const OnHead& on_head, const OnBytes& on_bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace http_fetcher
