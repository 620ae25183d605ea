// SPDX-License-Identifier: Apache-2.0
// A shared cache whose server is slow, dead or wrong: that costs a miss and a note, bounded in time,
// and never gives a wrong file.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stop_token>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include "scripted_cache.h"
#include "scripted_server.h"
#include "store/action_result.h"
#include "store/remote_cache.h"
#include "team_member.h"

namespace sharkreg::core {
namespace {

using sharkreg::test::HttpRequest;
using sharkreg::test::HttpResponse;
using sharkreg::test::ScriptedCache;
using sharkreg::test::ScriptedServer;

const std::string key = sha256_of("an action");
const std::string content = content_of_size(300'000);
const RemoteOutput output = output_of("module.vmfb", content);

HttpResponse status(int number, std::vector<std::string> headers = {}) {
  HttpResponse response = HttpResponse::of("text of the server", std::move(headers));
  response.status = number;
  return response;
}

// Little patience, for those that keep one waiting.
void hurry(RemoteCacheSettings& settings) {
  settings.limits.answer = std::chrono::milliseconds(300);
  settings.limits.stall = std::chrono::seconds(1);
  settings.limits.slowest = 1 << 20;
}

std::string fetched_from(HttpResponse response, const TeamMember::Adjust& adjust = {}) {
  const ScriptedServer server([&](const HttpRequest&) { return response; });
  TeamMember member(server.url(""), adjust);
  return member.fetch(output);
}

std::string found_at(HttpResponse response) {
  const ScriptedServer server([&](const HttpRequest&) { return response; });
  TeamMember member(server.url(""));
  return member.find_error(key);
}

TEST_CASE("a file of other bytes is no file") {
  std::string other = content;
  other[200'000] ^= 1;
  CHECK(contains(fetched_from(HttpResponse::of(other)),
                 "the server gives what has the SHA-256 " + sha256_of(other)));
}

TEST_CASE("a file that is too short is no file") {
  CHECK(contains(fetched_from(HttpResponse::of(content.substr(1))),
                 "the server gives 299999 bytes in place of 300000"));
  CHECK(contains(fetched_from(HttpResponse::of("")), "0 bytes in place of 300000"));
}

TEST_CASE("a file that breaks off is no file") {
  HttpResponse closed = HttpResponse::of(content);
  closed.body.resize(100'000);
  closed.close = true;
  CHECK(fetched_from(closed).starts_with("error: "));
  HttpResponse reset = HttpResponse::of(content);
  reset.reset_after = 100'000;
  CHECK(fetched_from(reset).starts_with("error: "));
  // Without a length its end is the connection's.
  HttpResponse unannounced;
  unannounced.body = content.substr(0, 100'000);
  unannounced.close = true;
  CHECK(contains(fetched_from(unannounced), "100000 bytes in place of 300000"));
}

TEST_CASE("of a file that is too long no more than its size is read") {
  HttpResponse unannounced;
  unannounced.body = content + content;
  unannounced.close = true;
  CHECK(contains(fetched_from(unannounced), "the server gives more than 300000 bytes"));
  CHECK(contains(fetched_from(HttpResponse::of(content + "x")),
                 "the server gives more than 300000 bytes"));
  // What was announced counts, before anything of it comes.
  HttpResponse announced;
  announced.headers = {"Content-Length: 99999999999999"};
  announced.body = "x";
  announced.stall_after = 1;
  CHECK(contains(fetched_from(announced), "the server gives more than 300000 bytes"));
}

TEST_CASE("a length that is wrong gives no wrong file") {
  HttpResponse less;
  less.headers = {"Content-Length: 100"};
  less.body = content;
  less.close = true;
  CHECK(contains(fetched_from(less), "100 bytes in place of 300000"));
  HttpResponse odd;
  odd.headers = {"Content-Length: many"};
  odd.body = content;
  odd.close = true;
  const std::string fetched = fetched_from(odd);
  CHECK((fetched == content || fetched.starts_with("error: ")));
  HttpResponse encoded = HttpResponse::of(content, {"Content-Encoding: gzip"});
  CHECK(fetched_from(encoded) == content);  // nobody decodes it
}

TEST_CASE("a file that stalls half way is given up") {
  HttpResponse response = HttpResponse::of(content);
  response.stall_after = 150'000;
  CHECK(fetched_from(response, hurry).starts_with("error: "));
}

TEST_CASE("a file said to be huge is not waited for as long as it would take") {
  const ScriptedServer server([](const HttpRequest&) {
    HttpResponse response;
    response.headers = {"Content-Length: 17179869184"};
    response.body = "x";
    response.stall_after = 1;
    return response;
  });
  TeamMember member(server.url(""), [](RemoteCacheSettings& settings) {
    settings.limits.file = std::chrono::milliseconds(200);
    settings.limits.stall = std::chrono::hours(1);
  });
  RemoteOutput huge = output;
  huge.size = std::uint64_t{16} << 30;
  CHECK(contains(member.fetch(huge), "timed out"));
}

TEST_CASE("an entry that does not come is given up, and its server after three") {
  const ScriptedServer server([](const HttpRequest&) {
    HttpResponse response = HttpResponse::of("never all of it");
    response.stall_after = 3;
    return response;
  });
  TeamMember member(server.url(""), hurry);
  CHECK(contains(member.find_error(key), "timed out"));
  CHECK(contains(member.find_error(key), "timed out"));
  CHECK(contains(member.find_error(key), "; nothing is looked up there any more in this run"));
  for (int i = 0; i < 100; ++i) CHECK_FALSE(member.cache->find(key).value());
  CHECK(member.fetch(output) == "miss");
  CHECK(server.requests().size() <= 3);
}

TEST_CASE("a server that is right but slow is left alone after a while") {
  const ScriptedServer server([](const HttpRequest&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return status(404);
  });
  TeamMember member(server.url(""), [](RemoteCacheSettings& settings) {
    settings.limits.fair = std::chrono::milliseconds(1);
    settings.limits.lost = std::chrono::milliseconds(20);
  });
  std::string error = "none";
  std::size_t asked = 0;
  for (; error == "none"; ++asked) error = member.find_error(key);
  CHECK(error == "remote cache " + server.url("") +
                     " is too slow; it is left alone for the rest of this run");
  CHECK(server.requests().size() == asked - 1);
  CHECK(member.find_error(key) == "none");
  CHECK(member.upload(key, {{"a", "b"}}).has_value());
  CHECK(server.requests().size() == asked - 1);
}

TEST_CASE("an upload that nobody takes is given up") {
  const ScriptedServer server([](const HttpRequest& request) {
    if (request.method == "HEAD") return status(404);
    HttpResponse response = HttpResponse::of("never");
    response.stall_after = 0;
    return response;
  });
  TeamMember member(server.url(""), hurry);
  CHECK_FALSE(member.upload(key, {{"a", content}}).has_value());
}

TEST_CASE("a port where nobody listens costs three tries") {
  std::string url;
  {
    url = ScriptedServer([](const HttpRequest&) { return status(404); }).url("/prefix");
  }
  TeamMember member(url);
  CHECK(member.find_error(key).starts_with("remote cache " + url + ": ac/"));
  CHECK_FALSE(member.upload(key, {{"a", "b"}}).has_value());
  CHECK(contains(member.find_error(key), "; it is left alone for the rest of this run"));
  CHECK_FALSE(member.cache->find(key).value());
  CHECK(member.upload(key, {{"a", "b"}}).has_value());
}

// Listens, but has no room for connections.
struct DeafServer {
  int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::vector<int> waiting;
  sockaddr_in address{};

  DeafServer() {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener, any, size) == 0);
    REQUIRE(::listen(listener, 0) == 0);
    REQUIRE(::getsockname(listener, any, &size) == 0);
    for (int i = 0; i < 4; ++i) {
      waiting.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      ::connect(waiting.back(), any, size);
    }
  }
  ~DeafServer() {
    for (const int one : waiting) ::close(one);
    ::close(listener);
  }
};

TEST_CASE("a machine that does not answer costs three tries") {
  const DeafServer server;
  TeamMember member("http://127.0.0.1:" + std::to_string(ntohs(server.address.sin_port)),
                    [](RemoteCacheSettings& settings) {
                      settings.limits.connect = std::chrono::milliseconds(200);
                    });
  for (int i = 0; i < 2; ++i) CHECK(contains(member.find_error(key), "Failed to connect"));
  CHECK(contains(member.find_error(key), "; it is left alone for the rest of this run"));
  CHECK_FALSE(member.cache->find(key).value());
}

TEST_CASE("an entry that is none is a note") {
  CHECK(contains(found_at(HttpResponse::of("<html>Log in</html>")), "it is no ActionResult"));
  CHECK(contains(found_at(HttpResponse::of("")), "it is not whole"));
  CHECK(contains(found_at(HttpResponse::of(std::string(5 << 20, 'x'))),
                 "the server gives more than 4194304 bytes"));
  HttpResponse endless;
  endless.endless_head = true;
  CHECK(contains(found_at(endless), "head without end"));
  HttpResponse nothing;
  nothing.reset_after = 0;
  CHECK(found_at(nothing) != "none");
}

TEST_CASE("an entry with a hostile path is a note") {
  using namespace std::string_literals;
  const std::string good = action_result_of({{{"name", sha256_of(""), 0, false}}, ""}, 1).value();
  for (const std::string& name : {"../x"s, "/etc"s, "a\0bc"s}) {
    // All have the length of "name", so the rest of the message stays right.
    std::string bytes = good;
    bytes.replace(bytes.find("name"), 4, name.substr(0, 4));
    CHECK(contains(found_at(HttpResponse::of(bytes)), "is no plain file name"));
  }
  // The caller's own slip does not leave its directory either.
  const ScriptedCache server;
  TeamMember member(server.url());
  RemoteOutput hostile = output;
  hostile.name = "../x";
  CHECK_FALSE(member.cache->fetch(hostile, member.path("x")).has_value());
  hostile = output;
  hostile.sha256 = "../../ac/" + key.substr(9);
  CHECK_FALSE(member.cache->fetch(hostile, member.path("x")).has_value());
  CHECK(server.server().requests().empty());
}

TEST_CASE("an entry of an action that failed is a note") {
  std::string bytes = action_result_of({}, 1).value();
  bytes.insert(0, "\x20\x01");  // the exit code, 1
  CHECK(contains(found_at(HttpResponse::of(bytes)), "an action that failed, with exit status 1"));
}

TEST_CASE("long standard error that is another one is no hit") {
  const RemoteEntry entry{{output}, std::string(100'000, 'x')};
  const std::string bytes = action_result_of(entry, 1 << 20).value();
  const auto serve = [&](const HttpResponse& file) {
    const ScriptedServer server([&](const HttpRequest& request) {
      return request.path.starts_with("/ac/") ? HttpResponse::of(bytes) : file;
    });
    TeamMember member(server.url(""));
    const auto found = member.cache->find(key);
    return !found ? found.error().message : *found ? (*found)->standard_error : "miss";
  };
  CHECK(serve(HttpResponse::of(entry.standard_error)) == entry.standard_error);
  CHECK(contains(serve(HttpResponse::of(std::string(100'000, 'y'))), "has the SHA-256"));
  CHECK(serve(status(404)) == "miss");
}

TEST_CASE("refusals and broken servers are notes, and say what can be done") {
  for (const int number : {500, 502, 503, 400, 204, 206, 304}) {
    CAPTURE(number);
    CHECK(contains(found_at(status(number)), "HTTP " + std::to_string(number)));
    CHECK(contains(fetched_from(status(number)), "HTTP " + std::to_string(number)));
  }
  for (const int number : {401, 403}) {
    const std::string error = found_at(status(number));
    CHECK(contains(error, "HTTP " + std::to_string(number) + "; nothing is looked up"));
    CHECK(contains(error, "SHARKREG_REMOTE_CACHE_TOKEN"));
    CHECK(contains(error, "NETRC"));
  }
  CHECK(found_at(status(404)) == "none");
  CHECK(found_at(status(410)) == "none");
}

TEST_CASE("redirects lead to http alone, not for ever, and take no token along") {
  CHECK(contains(found_at(status(302, {"Location: file:///etc/passwd"})), "file"));
  const ScriptedCache other;
  TeamMember giver(other.url());
  REQUIRE(giver.upload(key, {{output.name, content}}).has_value());
  std::string to = other.url();
  const ScriptedServer server(
      [&](const HttpRequest& request) { return status(307, {"Location: " + to + request.path}); });
  const auto token = [](RemoteCacheSettings& settings) { settings.token = "a-token"; };
  TeamMember taker(server.url(""), token);
  CHECK(taker.cache->find(key).value());
  CHECK(taker.fetch(output) == content);
  CHECK(server.requests().at(0).header("authorization") == "Bearer a-token");
  CHECK(other.server().requests().back().method == "GET");
  CHECK(other.server().requests().back().header("authorization") == "");
  to = server.url("");
  CHECK(contains(taker.find_error(key), "redirects"));
  CHECK(server.requests().size() < 12);
  // What is uploaded goes where the user said.
  const Result<void> uploaded = taker.upload(sha256_of("another"), {{"a", "new"}});
  REQUIRE_FALSE(uploaded.has_value());
}

TEST_CASE("a file that came wrong is uploaded anew") {
  const ScriptedCache cache;
  std::atomic<bool> lies = true;
  const ScriptedServer server([&](const HttpRequest& request) {
    if (request.method == "PUT" && request.path.starts_with("/cas/")) lies = false;
    return HttpResponse::of(
        request.path.starts_with("/cas/") && !lies ? content : content_of_size(300'000, 2));
  });
  TeamMember member(server.url(""));
  CHECK(member.fetch(output).starts_with("error: "));
  REQUIRE(member.upload(key, {{output.name, content}}).has_value());
  CHECK(member.fetch(output) == content);
}

TEST_CASE("nothing is written over what is there, and a full disk is not the server's fault") {
  const ScriptedCache server;
  TeamMember member(server.url());
  REQUIRE(member.upload(key, {{output.name, content}}).has_value());
  REQUIRE(write_file_atomically(member.path("mine"), "mine").has_value());
  for (int i = 0; i < 5; ++i) {
    CHECK_FALSE(member.cache->fetch(output, member.path("mine")).has_value());
    CHECK_FALSE(member.cache->fetch(output, member.path("no/directory")).has_value());
  }
  CHECK(read_file(member.path("mine")).value() == "mine");
  CHECK(member.fetch(output) == content);
}

TEST_CASE("what is under way ends when the user stops it") {
  std::stop_source source;
  const ScriptedServer server([&](const HttpRequest&) {
    source.request_stop();
    HttpResponse response = HttpResponse::of("never all of it");
    response.stall_after = 3;
    return response;
  });
  TeamMember member(server.url(""), [&](RemoteCacheSettings& settings) {
    settings.stop = source.get_token();
    settings.limits.answer = std::chrono::minutes(10);
    settings.limits.stall = std::chrono::minutes(10);
  });
  const auto found = member.cache->find(key);
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().kind == ErrorKind::interrupted);
}

}  // namespace
}  // namespace sharkreg::core
