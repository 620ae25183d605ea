// SPDX-License-Identifier: Apache-2.0
// The fetcher of http: URLs against a server that does what it is told, right and wrong.
#include "http_fetcher.h"

#include <chrono>

#include <doctest/doctest.h>

#include <sharkreg/failure.h>

#include "fetcher_host.h"
#include "scripted_server.h"

namespace http_fetcher {
namespace {

using sharkreg::ArtifactPart;
using sharkreg::Failure;
using sharkreg::test::failure_of;
using sharkreg::test::FakeHost;
using sharkreg::test::HttpRequest;
using sharkreg::test::HttpResponse;
using sharkreg::test::ScriptedServer;

const std::string alphabet = "abcdefghijklmnopqrstuvwxyz";

struct Client {
  FakeHost host{{{"NETRC", "/nowhere"}, {"SHARKREG_HTTP_STALL_SECONDS", "2"}}};
  HttpFetcher fetcher{{}, host};
  std::string got;

  std::string read(const std::string& url, const ArtifactPart& part = {}) {
    got.clear();
    fetcher.read(url, part, [this](const void* bytes, std::size_t size) {
      if (size > 0) got.append(static_cast<const char*>(bytes), size);
      return true;
    });
    return got;
  }

  Failure read_failure(const std::string& url, const ArtifactPart& part = {}) {
    return failure_of([&] { read(url, part); });
  }
  Failure stat_failure(const std::string& url) {
    return failure_of([&] { fetcher.stat(url); });
  }
};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

HttpResponse status(int number, std::vector<std::string> headers = {}, std::string body = "") {
  HttpResponse response = HttpResponse::of(std::move(body), std::move(headers));
  response.status = number;
  return response;
}

TEST_CASE("http: what a server says of a file, and its bytes") {
  ScriptedServer server(
      [](const HttpRequest& request) { return HttpResponse::file(request, alphabet, "\"v1\""); });
  Client client;
  const auto information = client.fetcher.stat(server.url("/x"));
  REQUIRE(information);
  CHECK(information->size == 26);
  CHECK(information->ranges);
  CHECK(information->validator == "26 \"v1\"");
  const std::string& validator = information->validator;
  CHECK(client.read(server.url("/x")) == alphabet);
  CHECK(client.read(server.url("/x"), {0, ArtifactPart::to_end, validator}) == alphabet);
  CHECK(client.read(server.url("/x"), {3, 4, validator}) == "defg");
  CHECK(client.read(server.url("/x"), {20, ArtifactPart::to_end, validator}) == "uvwxyz");
  CHECK(client.read(server.url("/x"), {20, 100, validator}) == "uvwxyz");
  CHECK(client.read(server.url("/x"), {26, ArtifactPart::to_end, validator}).empty());
  CHECK(client.read(server.url("/x"), {5, 0, validator}).empty());
  CHECK(client.read_failure(server.url("/x"), {27, 1, validator}).kind() == Failure::Kind::invalid);
  CHECK(server.requests().front().method == "HEAD");
  CHECK(server.requests().front().header("accept-encoding") == "identity");
  CHECK(server.requests().back().header("if-match") == "\"v1\"");
  CHECK(client.read(server.url("/x"), {26, ArtifactPart::to_end, {}}).empty());
  CHECK(client.read_failure(server.url("/x"), {27, ArtifactPart::to_end, {}}).kind() ==
        Failure::Kind::invalid);
}

TEST_CASE("http: a server that allows GET alone is asked for one byte") {
  ScriptedServer server([](const HttpRequest& request) {
    return request.method == "HEAD" ? status(405) : HttpResponse::file(request, alphabet, "\"v1\"");
  });
  Client client;
  const auto information = client.fetcher.stat(server.url("/x"));
  REQUIRE(information);
  CHECK(information->size == 26);
  CHECK(information->ranges);
  CHECK(client.read(server.url("/x"), {25, 1, information->validator}) == "z");
}

TEST_CASE("http: what is not there is absent, what may not be read says what is missing") {
  int number = 404;
  ScriptedServer server([&](const HttpRequest&) {
    return status(number, {"Content-Type: text/plain"}, "no\nfish here");
  });
  Client client;
  CHECK_FALSE(client.fetcher.stat(server.url("/x")));
  number = 410;
  CHECK_FALSE(client.fetcher.stat(server.url("/x")));
  for (const int refused : {401, 403}) {
    number = refused;
    const Failure failure = client.stat_failure(server.url("/x?sig=secret"));
    CHECK(failure.kind() == Failure::Kind::invalid);
    CHECK(contains(failure.what(), server.url("/x") + ": the server says " +
                                       std::to_string(refused) + " Scripted (no fish here)"));
    CHECK_FALSE(contains(failure.what(), "secret"));
    CHECK(contains(failure.hint(), "SHARKREG_HTTP_TOKEN_"));
  }
  number = 400;
  CHECK(client.read_failure(server.url("/x")).kind() == Failure::Kind::invalid);
  number = 404;
  CHECK(client.read_failure(server.url("/x")).kind() == Failure::Kind::changed);
}

TEST_CASE("http: servers that are busy say when to ask again") {
  int number = 503;
  ScriptedServer server([&](const HttpRequest&) { return status(number, {"Retry-After: 7"}); });
  Client client;
  for (const int busy : {429, 503}) {
    number = busy;
    for (const Failure& failure :
         {client.stat_failure(server.url("/x")), client.read_failure(server.url("/x"))}) {
      CHECK(failure.kind() == Failure::Kind::failed);
      CHECK(failure.retry_after() == std::chrono::seconds(7));
    }
  }
}

TEST_CASE("http: another content is not passed on") {
  std::string etag = "\"v1\"";
  std::string content = alphabet;
  bool looks_at_if_match = true;
  ScriptedServer server([&](HttpRequest request) {
    if (!looks_at_if_match) request.headers.erase("if-match");
    return HttpResponse::file(request, content, etag);
  });
  Client client;
  const std::string validator = client.fetcher.stat(server.url("/x"))->validator;
  etag = "\"v2\"";
  for (const bool looks : {true, false}) {
    looks_at_if_match = looks;
    CHECK(client.read_failure(server.url("/x"), {3, 4, validator}).kind() ==
          Failure::Kind::changed);
    CHECK(client.got.empty());
  }
  // The same tag, and another size.
  etag = "\"v1\"";
  content += "x";
  CHECK(client.read_failure(server.url("/x"), {3, 4, validator}).kind() == Failure::Kind::changed);
  CHECK(client.read_failure(server.url("/x"), {0, ArtifactPart::to_end, validator}).kind() ==
        Failure::Kind::changed);
  CHECK(client.got.empty());
}

TEST_CASE("http: ranges that are not the ones asked for are refused") {
  std::string range;
  ScriptedServer server([&](const HttpRequest&) {
    return status(206, {"ETag: \"v1\"", "Content-Range: " + range}, "defg");
  });
  Client client;
  for (const char* wrong : {"bytes 2-5/26", "bytes 3-7/26", "bytes 3-5/26", "bytes 3-6/27",
                            "bytes 3-6", "nonsense", ""}) {
    CAPTURE(wrong);
    range = wrong;
    const Failure failure = client.read_failure(server.url("/x"), {3, 4, "26 \"v1\""});
    CHECK((failure.kind() == Failure::Kind::failed || failure.kind() == Failure::Kind::changed));
    CHECK(client.got.empty());
  }
  range = "bytes 3-6/26";
  CHECK(client.read(server.url("/x"), {3, 4, "26 \"v1\""}) == "defg");
}

TEST_CASE("http: a server that ignores ranges is told from one that fails") {
  ScriptedServer server(
      [](const HttpRequest&) { return HttpResponse::of(alphabet, {"ETag: \"v1\""}); });
  Client client;
  CHECK(client.read(server.url("/x"), {0, 4, "26 \"v1\""}) == "abcd");
  CHECK(client.read_failure(server.url("/x"), {3, 4, "26 \"v1\""}).kind() ==
        Failure::Kind::unsupported);
  CHECK(client.got.empty());
}

TEST_CASE("http: bodies that are cut off, too short or too long") {
  HttpResponse response;
  ScriptedServer server([&](const HttpRequest&) { return response; });
  Client client;
  response.headers = {"Content-Length: 26"};
  response.body = "abc";
  response.close = true;
  CHECK(client.read_failure(server.url("/x")).kind() == Failure::Kind::failed);
  CHECK(client.got == "abc");

  response.body = alphabet + "more";  // than announced: the announcement counts
  CHECK(client.read(server.url("/x")) == alphabet);

  response.body = alphabet;
  response.reset_after = 10;
  CHECK(client.read_failure(server.url("/x")).kind() == Failure::Kind::failed);

  response = {};
  response.headers = {"Transfer-Encoding: chunked"};
  response.body = "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  CHECK(client.read(server.url("/x")) == "abcde");
  response.body = "3\r\nabc\r\n9\r\nde";
  response.close = true;
  CHECK(client.read_failure(server.url("/x")).kind() == Failure::Kind::failed);
}

TEST_CASE("http: a body in an encoding that was not asked for is refused") {
  ScriptedServer server([](const HttpRequest&) {
    return HttpResponse::of("\x1f\x8b", {"Content-Encoding: gzip", "ETag: \"v1\""});
  });
  Client client;
  CHECK(contains(client.stat_failure(server.url("/x")).what(), "encoded by gzip"));
  CHECK(contains(client.read_failure(server.url("/x")).what(), "encoded by gzip"));
  CHECK(client.got.empty());
}

TEST_CASE("http: redirects are followed to http alone, and not for ever") {
  ScriptedServer server([](const HttpRequest& request) {
    if (request.path == "/start") return status(302, {"Location: /end"});
    if (request.path == "/end") return HttpResponse::file(request, alphabet, "\"v1\"");
    if (request.path == "/file") return status(302, {"Location: file:///etc/passwd"});
    return status(302, {"Location: /loop"});
  });
  Client client;
  CHECK(client.read(server.url("/start")) == alphabet);
  CHECK(client.fetcher.stat(server.url("/start"))->size == 26);
  const Failure elsewhere = client.read_failure(server.url("/file"));
  CHECK(elsewhere.kind() == Failure::Kind::invalid);
  CHECK(contains(elsewhere.what(), "redirects to where sharkreg does not follow"));
  CHECK(client.stat_failure(server.url("/loop")).kind() == Failure::Kind::invalid);
  CHECK(client.got.empty());
}

TEST_CASE("http: a head without end is not taken in") {
  ScriptedServer server([](const HttpRequest&) {
    HttpResponse response;
    response.endless_head = true;
    return response;
  });
  Client client;
  CHECK(contains(client.stat_failure(server.url("/x")).what(), "256 KiB"));
}

TEST_CASE("http: a stall ends, and one that is stopped ends at once") {
  ScriptedServer server([](const HttpRequest& request) {
    HttpResponse response = HttpResponse::file(request, alphabet, "\"v1\"");
    response.stall_after = 5;
    return response;
  });
  Client client;
  CHECK(client.read_failure(server.url("/x")).kind() == Failure::Kind::failed);
  CHECK(client.got == "abcde");
  client.host.variables["SHARKREG_HTTP_STALL_SECONDS"] = "60";
  const auto begin = std::chrono::steady_clock::now();
  const Failure stopped = failure_of([&] {
    client.fetcher.read(server.url("/x"), {},
                        [](const void*, std::size_t size) { return size > 0; });
  });
  CHECK(stopped.kind() == Failure::Kind::cancelled);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("http: a token goes to its host alone") {
  ScriptedServer other(
      [](const HttpRequest& request) { return HttpResponse::file(request, alphabet, "\"v1\""); });
  // Another host for the client, the same machine.
  const std::string elsewhere = "http://localhost:" + std::to_string(other.port()) + "/x";
  ScriptedServer server(
      [&](const HttpRequest&) { return status(302, {"Location: " + elsewhere}); });
  Client client;
  client.host.variables["SHARKREG_HTTP_TOKEN_127_0_0_1"] = "secret";
  CHECK(client.read(server.url("/x")) == alphabet);
  CHECK(server.requests().front().header("authorization") == "Bearer secret");
  CHECK(other.requests().front().header("authorization").empty());
}

TEST_CASE("http: nonsense, nobody there, and passwords in URLs") {
  Client client;
  CHECK(client.stat_failure("http://").kind() == Failure::Kind::invalid);
  CHECK(client.stat_failure("ftp://sea/x").kind() == Failure::Kind::invalid);
  const Failure password = client.stat_failure("http://me:secret@127.0.0.1:1/x");
  CHECK(password.kind() == Failure::Kind::invalid);
  CHECK_FALSE(contains(password.what(), "secret"));
  CHECK(contains(password.hint(), ".netrc"));
  int port = 0;
  {
    port = ScriptedServer([](const HttpRequest&) { return HttpResponse(); }).port();
  }
  const Failure nobody = client.stat_failure("http://127.0.0.1:" + std::to_string(port) + "/x");
  CHECK(nobody.kind() == Failure::Kind::failed);
  CHECK(contains(nobody.hint(), "reaches the server"));
}

TEST_CASE("http: one connection serves several requests") {
  ScriptedServer server(
      [](const HttpRequest& request) { return HttpResponse::file(request, alphabet, "\"v1\""); });
  Client client;
  for (int time = 0; time < 3; ++time) CHECK(client.read(server.url("/x")) == alphabet);
  CHECK(server.requests().size() == 3);
  CHECK(server.connections() == 1);
}

}  // namespace
}  // namespace http_fetcher
