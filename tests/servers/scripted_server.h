// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sharkreg::test {

// What a client asked for.
struct HttpRequest {
  std::string method;
  std::string path;                            // with its query
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // as long as its Content-Length says

  std::string header(const std::string& name) const;
  // "bytes=5-9", of a size: its first and last byte. Absent if there is no range.
  std::optional<std::pair<std::size_t, std::size_t>> range(std::size_t size) const;
};

// What it is answered. Nothing is added but the status line: a Content-Length that is wrong is sent
// as it is.
struct HttpResponse {
  int status = 200;
  std::vector<std::string> headers;  // "Name: value"
  std::string body;                  // not sent for HEAD
  std::optional<std::size_t> reset_after =
      {};  // so many bytes of the body: then a connection reset
  std::optional<std::size_t> stall_after = {};  // so many bytes of the body: then nothing any more
  bool close = false;                           // the connection, behind the body
  bool endless_head = false;                    // headers without end

  // A body with its Content-Length.
  static HttpResponse of(std::string body, std::vector<std::string> headers = {});
  // As a right server answers: all, or the range that was asked for, with this ETag (with quotes).
  static HttpResponse file(const HttpRequest& request, const std::string& content,
                           const std::string& etag);
};

// An HTTP/1.1 server on 127.0.0.1 that answers what the test tells it to, also what real servers do
// not do on command.
//
// Threads: the function is called from one thread for each connection, perhaps several at once. The
// destructor ends all connections and waits for their threads.
class ScriptedServer {
 public:
  using Answer = std::function<HttpResponse(const HttpRequest&)>;

  explicit ScriptedServer(Answer answer);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string url(const std::string& path) const;  // "http://127.0.0.1:PORT/path"
  int port() const;
  std::vector<HttpRequest> requests() const;  // until now, in order
  std::size_t connections() const;            // that were ever made

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sharkreg::test
