// SPDX-License-Identifier: Apache-2.0
#include "scripted_server.h"

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace sharkreg::test {
namespace {

// For threads that wait for a client: how often they look whether the server ends.
constexpr int look_again = 50;  // milliseconds

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

HttpRequest parse(const std::string& head) {
  HttpRequest request;
  const std::size_t first = head.find(' ');
  const std::size_t second = head.find(' ', first + 1);
  request.method = head.substr(0, first);
  request.path = head.substr(first + 1, second - first - 1);
  for (std::size_t at = head.find("\r\n"); at != std::string::npos && at + 2 < head.size();) {
    const std::size_t end = head.find("\r\n", at + 2);
    const std::string line = head.substr(at + 2, end - at - 2);
    if (const std::size_t colon = line.find(": "); colon != std::string::npos) {
      request.headers[lower(line.substr(0, colon))] = line.substr(colon + 2);
    }
    at = end;
  }
  return request;
}

}  // namespace

std::string HttpRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::optional<std::pair<std::size_t, std::size_t>> HttpRequest::range(std::size_t size) const {
  const std::string text = header("range");
  const std::size_t dash = text.find('-');
  if (text.rfind("bytes=", 0) != 0 || dash == std::string::npos) return std::nullopt;
  const std::size_t begin = std::stoul(text.substr(6, dash - 6));
  const std::string last = text.substr(dash + 1);
  return std::pair(begin,
                   last.empty() ? size - 1 : std::min<std::size_t>(std::stoul(last), size - 1));
}

HttpResponse HttpResponse::of(std::string body, std::vector<std::string> headers) {
  HttpResponse response;
  response.headers = std::move(headers);
  response.headers.push_back("Content-Length: " + std::to_string(body.size()));
  response.body = std::move(body);
  return response;
}

HttpResponse HttpResponse::file(const HttpRequest& request, const std::string& content,
                                const std::string& etag) {
  const std::string expected = request.header("if-match");
  if (!expected.empty() && expected != etag) {
    HttpResponse response = of("changed");
    response.status = 412;
    return response;
  }
  const auto range = request.range(content.size());
  if (!range) return of(content, {"ETag: " + etag, "Accept-Ranges: bytes"});
  if (range->first >= content.size()) {
    HttpResponse response = of("", {"Content-Range: bytes */" + std::to_string(content.size())});
    response.status = 416;
    return response;
  }
  HttpResponse response = of(
      content.substr(range->first, range->second - range->first + 1),
      {"ETag: " + etag, "Content-Range: bytes " + std::to_string(range->first) + "-" +
                            std::to_string(range->second) + "/" + std::to_string(content.size())});
  response.status = 206;
  return response;
}

struct ScriptedServer::State {
  Answer answer;
  int listener = -1;
  int port = 0;
  std::atomic<bool> ends = false;
  mutable std::mutex mutex;  // guards the two below
  std::vector<HttpRequest> requests;
  std::vector<std::thread> connections;
  std::thread acceptor;

  bool is_readable(int socket) const {
    pollfd waiting{socket, POLLIN, 0};
    return ::poll(&waiting, 1, look_again) > 0;
  }

  // False if the client is gone.
  bool send(int socket, std::string_view bytes) const {
    while (!bytes.empty() && !ends) {
      pollfd waiting{socket, POLLOUT, 0};
      if (::poll(&waiting, 1, look_again) <= 0) continue;
      const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return !ends;
  }

  void stall(int socket) const {
    while (!ends) {
      char byte;
      if (is_readable(socket) && ::recv(socket, &byte, 1, MSG_PEEK) <= 0) return;
    }
  }

  // Whether the connection stays open.
  bool respond(int socket, const HttpRequest& request) {
    const HttpResponse response = answer(request);
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " Scripted\r\n";
    for (const std::string& header : response.headers) head += header + "\r\n";
    if (response.endless_head) {
      while (send(socket, head)) head = "X-More: " + std::string(1000, 'x') + "\r\n";
      return false;
    }
    if (!send(socket, head + "\r\n")) return false;
    if (request.method == "HEAD") return !response.close;
    const std::size_t whole = response.body.size();
    const std::size_t most =
        std::min(response.reset_after.value_or(whole), response.stall_after.value_or(whole));
    if (!send(socket, std::string_view(response.body).substr(0, most))) return false;
    if (response.reset_after) {
      const linger at_once{1, 0};
      ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      return false;
    }
    if (response.stall_after) {
      stall(socket);
      return false;
    }
    return !response.close;
  }

  // False if the client is gone, or the server ends.
  bool receive_more(int socket, std::string& received) const {
    while (!ends) {
      if (!is_readable(socket)) continue;
      char buffer[65536];
      const ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
      if (got > 0) received.append(buffer, static_cast<std::size_t>(got));
      return got > 0;
    }
    return false;
  }

  bool receive_body(int socket, HttpRequest& request, std::string& received) const {
    const std::string length = request.header("content-length");
    if (length.empty()) return true;
    const std::size_t size = std::stoul(length);
    if (request.header("expect") == "100-continue") send(socket, "HTTP/1.1 100 Continue\r\n\r\n");
    while (received.size() < size) {
      if (!receive_more(socket, received)) return false;
    }
    request.body = received.substr(0, size);
    received.erase(0, size);
    return true;
  }

  void serve(int socket) {
    std::string received;
    bool open = true;
    while (open && !ends) {
      const std::size_t end = received.find("\r\n\r\n");
      if (end == std::string::npos) {
        if (!receive_more(socket, received)) break;
        continue;
      }
      HttpRequest request = parse(received.substr(0, end + 2));
      received.erase(0, end + 4);
      if (!receive_body(socket, request, received)) break;
      {
        const std::scoped_lock lock(mutex);
        requests.push_back(request);
      }
      open = respond(socket, request);
    }
    ::close(socket);
  }

  void accept() {
    while (!ends) {
      if (!is_readable(listener)) continue;
      const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) continue;
      const std::scoped_lock lock(mutex);
      connections.emplace_back([this, socket] { serve(socket); });
    }
  }
};

ScriptedServer::ScriptedServer(Answer answer) : state_(std::make_unique<State>()) {
  state_->answer = std::move(answer);
  state_->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(state_->listener, any, size) != 0 || ::listen(state_->listener, 64) != 0 ||
      ::getsockname(state_->listener, any, &size) != 0) {
    throw std::runtime_error("no socket to listen at");
  }
  state_->port = ntohs(address.sin_port);
  state_->acceptor = std::thread([this] { state_->accept(); });
}

ScriptedServer::~ScriptedServer() {
  state_->ends = true;
  state_->acceptor.join();
  for (std::thread& connection : state_->connections) connection.join();
  ::close(state_->listener);
}

std::string ScriptedServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(state_->port) + path;
}

int ScriptedServer::port() const {
  return state_->port;
}

std::size_t ScriptedServer::connections() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->connections.size();
}

std::vector<HttpRequest> ScriptedServer::requests() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->requests;
}

}  // namespace sharkreg::test
