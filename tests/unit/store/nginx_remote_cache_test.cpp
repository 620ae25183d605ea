// SPDX-License-Identifier: Apache-2.0
// A cache shared by a team on nginx, which takes and gives whatever it is sent.
#include <algorithm>
#include <sstream>
#include <thread>

#include <doctest/doctest.h>

#include "nginx.h"
#include "store/remote_cache.h"
#include "team_member.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;
using Mode = RemoteCacheSettings::Mode;
using sharkreg::test::Authority;
using sharkreg::test::Nginx;
using sharkreg::test::NginxSettings;
using sharkreg::test::Served;

const std::string key = sha256_of("an action");
const std::string other_key = sha256_of("another action");

constexpr const char* web_dav = R"(dav_methods PUT;
      create_full_put_path on;
      client_max_body_size 0;)";

bool nginx_is_missing() {
  if (Nginx::is_there()) return false;
  MESSAGE("nginx is not there: cmake/setup.sh brings it");
  return true;
}

struct WebDav {
  TemporaryDirectory files =
      TemporaryDirectory::create(fs::temp_directory_path(), "webdav-").value();
  std::optional<Nginx> nginx;

  explicit WebDav(std::string location = web_dav, const Authority* tls = nullptr) {
    NginxSettings settings;
    settings.files = files.path();
    settings.location = std::move(location);
    settings.tls = tls;
    nginx.emplace(settings);
  }

  // With these lines of a block `server`.
  WebDav(std::string server, const fs::path& its_files) {
    NginxSettings settings;
    settings.files = its_files;
    settings.server = std::move(server);
    nginx.emplace(settings);
  }

  // How often a method had this status, once so many answers are in the log, which comes after them.
  std::size_t count(const std::string& method, int status, std::size_t answers) const {
    std::vector<Served> served = nginx->served();
    while (served.size() < answers) {
      std::this_thread::yield();
      served = nginx->served();
    }
    return static_cast<std::size_t>(std::ranges::count_if(
        served, [&](const Served& one) { return one.method == method && one.status == status; }));
  }
};

TEST_CASE("nginx: what one member uploads another one finds") {
  if (nginx_is_missing()) return;
  const WebDav server;
  TeamMember giver(server.nginx->url("/"));
  TeamMember taker(server.nginx->url(""), {}, Mode::read);
  check_round_trip(giver, taker, key);
  CHECK(fs::exists(server.files.path() / "ac" / key));
}

TEST_CASE("nginx: the prefix of the URL is kept, and what is there is not sent again") {
  if (nginx_is_missing()) return;
  const WebDav server;
  TeamMember member(server.nginx->url("/team/a%20b/"));
  REQUIRE(member.upload(key, {{"a", "content"}}).has_value());
  REQUIRE(member.upload(other_key, {{"b", "content"}}).has_value());
  CHECK(fs::exists(server.files.path() / "team" / "a b" / "ac" / key));
  CHECK(fs::exists(server.files.path() / "team" / "a b" / "cas" / sha256_of("content")));
  // HEAD, PUT, PUT of the entry; HEAD, PUT of the entry.
  CHECK(server.count("HEAD", 404, 5) == 1);
  CHECK(server.count("HEAD", 200, 5) == 1);
  CHECK(server.count("PUT", 201, 5) == 3);
}

TEST_CASE("nginx: user name and password of the URL or of netrc, and nothing told of them") {
  if (nginx_is_missing()) return;
  const TemporaryDirectory directory =
      TemporaryDirectory::create(fs::temp_directory_path(), "users-").value();
  const fs::path users = directory.path() / "users";
  REQUIRE(write_file_atomically(users, "me:{PLAIN}p@ss/word\n").has_value());
  const WebDav server(std::string(web_dav) + "auth_basic team; auth_basic_user_file " +
                      users.string() + ";");
  const std::string port = std::to_string(server.nginx->port());
  TeamMember member("http://me:p%40ss%2Fword@127.0.0.1:" + port);
  REQUIRE(member.upload(key, some_contents()).has_value());

  const fs::path netrc = directory.path() / "netrc";
  REQUIRE(
      write_file_atomically(netrc, "machine 127.0.0.1 login me password p@ss/word\n").has_value());
  TeamMember reader(server.nginx->url(""),
                    [&](RemoteCacheSettings& settings) { settings.netrc = netrc; });
  CHECK(reader.cache->find(key).value());

  TeamMember stranger("http://me:secret-1@127.0.0.1:" + port);
  const std::string error = stranger.find_error(key);
  CHECK(error.starts_with("remote cache http://127.0.0.1:" + port + ": ac/" + key.substr(0, 12) +
                          "…: the server says HTTP 401; nothing is looked up there any more"));
  CHECK(contains(error, "SHARKREG_REMOTE_CACHE_TOKEN"));
  CHECK_FALSE(contains(error, "secret-1"));
  CHECK_FALSE(stranger.cache->find(key).value());
  CHECK_FALSE(stranger.upload(key, {{"a", "b"}}).has_value());
  CHECK(stranger.upload(key, {{"a", "b"}}).has_value());  // which does nothing any more
}

// The lines of the block `server` in docs/caching.md, without what the test's nginx has of its own.
std::string documented_server(const fs::path& files, const fs::path& users) {
  const std::string page = read_file(fs::path(SHARKREG_SOURCE_DIR) / "docs" / "caching.md").value();
  const std::size_t begin = page.find("```nginx\nserver {\n");
  const std::size_t end = page.find("\n}\n```", begin);
  REQUIRE(end != std::string::npos);
  std::istringstream lines(page.substr(begin, end - begin));
  std::string server;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ") && !line.starts_with("  listen ") && !line.starts_with("  root ") &&
        !line.starts_with("  location / ")) {
      server += line + "\n";
    }
  }
  const auto replace = [&](const std::string& what, const fs::path& by) {
    const std::size_t at = server.find(what);
    REQUIRE(at != std::string::npos);
    server.replace(at, what.size(), by.string());
  };
  replace("/srv/sharkreg-cache", files);
  replace("/etc/nginx/sharkreg.users", users);
  return server;
}

TEST_CASE("nginx as docs/caching.md sets it up: all read, some write, and nothing else is there") {
  if (nginx_is_missing()) return;
  const TemporaryDirectory directory =
      TemporaryDirectory::create(fs::temp_directory_path(), "documented-").value();
  const fs::path files = directory.path() / "files";
  const fs::path users = directory.path() / "users";
  fs::create_directory(files);
  REQUIRE(write_file_atomically(users, "ci:{PLAIN}secret-1\n").has_value());
  const WebDav server(documented_server(files, users), files);
  const std::string port = std::to_string(server.nginx->port());
  TeamMember giver("http://ci:secret-1@127.0.0.1:" + port);
  TeamMember taker(server.nginx->url(""), {}, Mode::read);
  check_round_trip(giver, taker, key);
  TeamMember stranger(server.nginx->url(""));
  CHECK(contains(to_text(stranger.upload(other_key, {{"a", "b"}}).error()),
                 "HTTP 401; nothing is uploaded there any more"));
  CHECK(stranger.cache->find(key).value());
  TeamMember lost("http://ci:secret-1@127.0.0.1:" + port + "/elsewhere");
  CHECK_FALSE(lost.upload(key, some_contents()).has_value());
}

TEST_CASE("nginx: https with an authority of one's own") {
  if (nginx_is_missing()) return;
  const Authority authority("localhost");
  const WebDav server(web_dav, &authority);
  const std::string url = server.nginx->url("", "localhost");
  const auto trust = [&](RemoteCacheSettings& settings) {
    settings.authorities = authority.authority_file();
  };
  TeamMember giver(url, trust);
  TeamMember taker(url, trust);
  check_round_trip(giver, taker, key);
  TeamMember stranger(url);
  CHECK(contains(stranger.find_error(key), "certificate"));

  const WebDav redirecting("return 302 http://127.0.0.1:1/;", &authority);
  TeamMember misled(redirecting.nginx->url("", "localhost"), trust);
  CHECK(contains(misled.find_error(key), "not supported or disabled"));
}

TEST_CASE("nginx: from a server that takes nothing what is there is still read") {
  if (nginx_is_missing()) return;
  const WebDav server("client_max_body_size 0;");
  for (const char* kind : {"ac", "cas"}) fs::create_directory(server.files.path() / kind);
  TeamMember member(server.nginx->url(""));
  std::string last;
  for (int i = 0; i < 3; ++i) last = to_text(member.upload(key, {{"a", "content"}}).error());
  CHECK(contains(last, "HTTP 405; nothing is uploaded there any more in this run"));
  CHECK(member.upload(key, {{"a", "content"}}).has_value());
  CHECK(server.count("PUT", 405, 6) == 3);
  REQUIRE(write_file_atomically(server.files.path() / "cas" / sha256_of("content"), "content")
              .has_value());
  CHECK(member.fetch(output_of("a", "content")) == "content");
}

}  // namespace
}  // namespace sharkreg::core
