// SPDX-License-Identifier: Apache-2.0
// A cache shared by a team on a server with the rules of bazel-remote, and what needs no server.
#include "store/remote_cache.h"

#include <atomic>
#include <fstream>
#include <stdexcept>
#include <thread>

#include <doctest/doctest.h>

#include "scripted_cache.h"
#include "team_member.h"
#include "upload.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;
using Mode = RemoteCacheSettings::Mode;
using sharkreg::test::ScriptedCache;

const std::string key = sha256_of("an action");
const std::map<std::string, std::string> contents = some_contents();

TEST_CASE("bazel-remote's rules: what one member uploads another one finds") {
  const ScriptedCache server;
  TeamMember giver(server.url() + "/instance");
  TeamMember taker(server.url() + "/other", {}, Mode::read);
  check_round_trip(giver, taker, key);
  // It needs no empty file.
  CHECK_FALSE(server.content("cas/" + sha256_of("")));
}

TEST_CASE("bazel-remote's rules: long standard error comes back") {
  const ScriptedCache server;
  TeamMember giver(server.url());
  TeamMember taker(server.url());
  const std::string text = content_of_size(100'000);
  REQUIRE(giver.upload(key, {{"a", "b"}}, text).has_value());
  CHECK(server.content("cas/" + sha256_of(text)) == text);
  CHECK(taker.cache->find(key).value()->standard_error == text);
}

TEST_CASE("bazel-remote's rules: an executable stays one") {
  const ScriptedCache server;
  TeamMember member(server.url());
  REQUIRE(write_file_atomically(member.path("run"), "#!/bin/sh\n").has_value());
  RemoteOutput output = output_of("run", "#!/bin/sh\n");
  output.is_executable = true;
  const std::vector<fs::path> files{member.path("run")};
  REQUIRE(member.cache->upload(key, {{output}, ""}, files).has_value());
  const auto found = member.cache->find(key).value();
  REQUIRE(member.cache->fetch(found->outputs.at(0), member.path("again")).value());
  CHECK((fs::status(member.path("again")).permissions() & fs::perms::owner_exec) !=
        fs::perms::none);
}

TEST_CASE("bazel-remote's rules: an entry whose file was evicted is a miss, and comes again") {
  ScriptedCache server;
  TeamMember member(server.url());
  REQUIRE(member.upload(key, contents).has_value());
  server.remove("cas/" + sha256_of(contents.at("module.vmfb")));
  CHECK_FALSE(member.cache->find(key).value());
  REQUIRE(member.upload(key, contents).has_value());
  CHECK(member.cache->find(key).value());
}

TEST_CASE("bazel-remote's rules: a file evicted since its entry was found is a miss") {
  const ScriptedCache server;
  TeamMember member(server.url());
  for (int i = 0; i < 5; ++i) CHECK(member.fetch(output_of("a", "never there")) == "miss");
  CHECK(server.server().requests().size() == 5);  // nobody is given up for that
}

TEST_CASE("bazel-remote's rules: the server refuses files of other names, and odd entries") {
  const ScriptedCache server;
  const auto refused = [&](const std::string& path, const std::string& content) {
    try {
      sharkreg::test::upload(server.url() + path, content, {});
      return false;
    } catch (const std::runtime_error&) {
      return true;
    }
  };
  CHECK(refused("/cas/" + key, "another content"));
  CHECK(refused("/ac/" + key, "no ActionResult"));
  CHECK(refused("/ac/short", ""));
  CHECK(refused("/else/" + key, ""));
  CHECK_FALSE(refused("/cas/" + sha256_of("content"), "content"));
  CHECK_FALSE(refused("/ac/" + key, ""));
}

TEST_CASE("bazel-remote's rules: a full server, and one that takes no large files, cost a note") {
  for (const bool is_full : {true, false}) {
    ScriptedCache::Limits limits;
    (is_full ? limits.room : limits.largest) = 100'000;
    const ScriptedCache server(limits);
    TeamMember member(server.url());
    const Result<void> uploaded = member.upload(key, contents);
    REQUIRE_FALSE(uploaded.has_value());
    CHECK(contains(uploaded.error().message, is_full ? "HTTP 507" : "HTTP 400"));
    CHECK_FALSE(server.content("ac/" + key));  // nobody finds an entry without its files
  }
}

TEST_CASE("who only reads sends nothing") {
  const ScriptedCache server;
  TeamMember member(server.url(), {}, Mode::read);
  REQUIRE(member.upload(key, contents).has_value());
  CHECK(server.server().requests().empty());
}

TEST_CASE("what is not what its entry says is not uploaded") {
  const ScriptedCache server;
  TeamMember member(server.url());
  REQUIRE(write_file_atomically(member.path("a"), "content").has_value());
  const std::vector<fs::path> changed{member.path("a")};
  const std::vector<fs::path> missing{member.path("b")};
  const RemoteEntry entry{{output_of("a", "content of another size")}, ""};
  CHECK_FALSE(member.cache->upload(key, entry, changed).has_value());
  CHECK_FALSE(member.cache->upload(key, entry, missing).has_value());
  CHECK_FALSE(member.cache->upload(key, {{output_of("../a", "content")}, ""}, changed).has_value());
  CHECK(server.server().requests().empty());
}

TEST_CASE("several threads share one cache") {
  const ScriptedCache server;
  TeamMember member(server.url());
  std::atomic<int> right = 0;
  std::vector<std::jthread> threads;
  for (unsigned thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (unsigned i = 0; i < 10; ++i) {
        const std::string name = std::to_string(thread) + "-" + std::to_string(i);
        const std::string content = content_of_size(20'000 + i, thread % 4);
        const fs::path file = member.path(name);
        std::ofstream(file, std::ios::binary) << content;
        const RemoteEntry entry{{output_of(name, content)}, name};
        const std::string its_key = sha256_of(name);
        if (!member.cache->upload(its_key, entry, std::vector{file})) continue;
        const auto found = member.cache->find(its_key);
        if (!found || found->value_or(RemoteEntry{}) != entry) continue;
        const fs::path to = member.path(name + "-fetched");
        const auto fetched = member.cache->fetch(entry.outputs[0], to);
        if (fetched && *fetched && sha256_of_file(to).value() == entry.outputs[0].sha256) ++right;
      }
    });
  }
  threads.clear();
  CHECK(right == 80);
  CHECK(server.server().connections() <= 8);  // which are kept
}

TEST_CASE("a URL that names no cache is refused, and not shown") {
  const auto trouble = [](const std::string& url) {
    RemoteCacheSettings settings;
    settings.url = url;
    const auto cache = open_remote_cache(settings);
    if (cache) return std::string("none");
    CHECK(cache.error().kind == ErrorKind::usage);
    CHECK_FALSE(contains(to_text(cache.error()), "secret"));
    return cache.error().message;
  };
  CHECK(trouble("https://me:secret@cache.example.com:8080/prefix/") == "none");
  CHECK(trouble("me:secret@host") == "the URL of the remote cache is none");
  CHECK(trouble("") == "the URL of the remote cache is none");
  CHECK(trouble("http://me:se cret@host/") == "the URL of the remote cache is none");
  CHECK(trouble("file:///secret") == "the URL of the remote cache is not one of http or https");
  CHECK(trouble("grpc://secret/") == "the URL of the remote cache is none");
  CHECK(trouble("http://host/?sig=secret") ==
        "the URL of the remote cache has a query or a fragment, which mean nothing to it");
}

TEST_CASE("a token goes over https or to this machine, or not at all") {
  RemoteCacheSettings settings;
  settings.token = "secret";
  for (const char* url :
       {"http://cache.local", "http://localhost.evil.com/", "http://127.0.0.10/"}) {
    settings.url = url;
    const auto cache = open_remote_cache(settings);
    REQUIRE_FALSE(cache.has_value());
    CHECK(contains(cache.error().message, "unprotected"));
    CHECK_FALSE(contains(to_text(cache.error()), "secret"));
  }
  for (const char* url :
       {"https://cache.local", "http://localhost", "http://127.0.0.1:1/a", "http://[::1]:80/"}) {
    settings.url = url;
    CHECK(open_remote_cache(settings).has_value());
  }
}

TEST_CASE("the environment names token, netrc and authorities") {
  ::setenv("SHARKREG_REMOTE_CACHE_TOKEN", "a token", 1);
  ::setenv("NETRC", "/a/netrc", 1);
  ::unsetenv("SHARKREG_CACERT");
  ::unsetenv("CURL_CA_BUNDLE");
  ::setenv("SSL_CERT_FILE", "/last.pem", 1);
  RemoteCacheSettings settings;
  read_environment(settings);
  CHECK(settings.token == "a token");
  CHECK(settings.netrc == "/a/netrc");
  CHECK(settings.authorities == "/last.pem");
  ::setenv("SHARKREG_CACERT", "/first.pem", 1);
  read_environment(settings);
  CHECK(settings.authorities == "/first.pem");
  for (const char* name :
       {"SHARKREG_REMOTE_CACHE_TOKEN", "NETRC", "SHARKREG_CACERT", "SSL_CERT_FILE"}) {
    ::unsetenv(name);
  }
}

}  // namespace
}  // namespace sharkreg::core
