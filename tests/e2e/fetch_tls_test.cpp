// SPDX-License-Identifier: Apache-2.0
// Certificates, HTTP/2, redirects and tokens, with nginx.
#include <doctest/doctest.h>

#include "nginx.h"
#include "sharkreg_run.h"
#include "store_checks.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;
using test::Authority;
using test::Nginx;

constexpr std::size_t size = 200'000;

// nginx with a certificate for localhost, and a model whose program it has.
struct Secured {
  Authority authority{"localhost"};
  std::string content = random_content(size, 3);
  test::ServerDirectory files;
  std::optional<Nginx> nginx;
  Sandbox box;

  explicit Secured(const std::string& server = {}) {
    files.write("file.mlir", content);
    nginx.emplace(test::NginxSettings{.files = files.path(), .server = server, .tls = &authority});
    box.write_stub_tools();
  }

  Ended fetch(const std::string& url) const {
    box.write_model("m", "s", R"({"mlir": ")" + url + R"("})");
    return box.run({"fetch", "--tests-dir", box.tests(), "--model=m", "--tools-dir", box.tools(),
                    "--backend=cpu"});
  }

  void trust() { box.environment["SHARKREG_CACERT"] = authority.authority_file(); }
  std::string url(const std::string& path) const { return nginx->url(path, "localhost"); }
  fs::path placed() const { return box.cache() / "artifacts/m_s/file.mlir"; }
};

bool nginx_is_there() {
  if (Nginx::is_there()) return true;
  MESSAGE("skipped: nginx is not there; cmake/setup.sh brings it");
  return false;
}

// Nothing came, and it is said why and what to do.
void check_refused(const Secured& scene, const Ended& ended, const std::string& message,
                   const std::string& hint) {
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 3);
  CHECK(contains(ended.err, message));
  CHECK(contains(ended.err, hint));
  CHECK_FALSE(contains(ended.err, "tried"));  // it would be the same the next time
  CHECK_FALSE(fs::exists(fs::symlink_status(scene.placed())));
  CHECK(wrong_in_store(scene.box.cache() / "store") == "");
}

TEST_CASE("fetch over TLS: an authority that is named is trusted, and HTTP/2 is spoken") {
  if (!nginx_is_there()) return;
  Secured scene;
  scene.trust();
  const Ended ended = scene.fetch(scene.url("/file.mlir"));
  INFO(ended.out, ended.err);
  REQUIRE(ended.exit_status == 0);
  CHECK(content_of(scene.placed()) == scene.content);
  REQUIRE_FALSE(scene.nginx->served().empty());
  for (const test::Served& answer : scene.nginx->served()) CHECK(answer.protocol == "HTTP/2.0");
}

TEST_CASE("fetch over TLS: an authority that nobody named is refused") {
  if (!nginx_is_there()) return;
  const Secured scene;
  check_refused(scene, scene.fetch(scene.url("/file.mlir")), "certificate",
                "name its file by SHARKREG_CACERT");
  CHECK(scene.nginx->served().empty());
}

TEST_CASE("fetch over TLS: a certificate for another name is refused") {
  if (!nginx_is_there()) return;
  Secured scene;
  scene.trust();
  const Ended ended = scene.fetch(scene.nginx->url("/file.mlir", "127.0.0.1"));
  check_refused(scene, ended, "matches target host name '127.0.0.1'",
                "name the server as its certificate does");
  CHECK_FALSE(contains(ended.err, "SHARKREG_CACERT"));  // no authority would help
  CHECK(scene.nginx->served().empty());
}

TEST_CASE("fetch over TLS: no redirect leads away from it, nor from HTTP to a file") {
  if (!nginx_is_there()) return;
  test::ServerDirectory files;
  const fs::path secret = files.write("file.mlir", "a file of this machine");
  const Nginx open(
      {.files = files.path(), .location = "return 302 file://" + secret.string() + ";"});
  Secured scene("location /away/ { return 302 " + open.url("/file.mlir") + "; }\n" +
                "location /here/ { return 302 /file.mlir; }");
  scene.trust();
  const std::string follows_not = "redirects to where sharkreg does not follow";
  const std::string what_to_do = "name the URL that it should lead to";
  check_refused(scene, scene.fetch(scene.url("/away/file.mlir")), follows_not, what_to_do);
  CHECK(open.served().empty());
  check_refused(scene, scene.fetch(open.url("/file.mlir")), follows_not, what_to_do);

  CHECK(scene.fetch(scene.url("/here/file.mlir")).exit_status == 0);
  CHECK(content_of(scene.placed()) == scene.content);
}

TEST_CASE("fetch over TLS: a token opens what is refused without, and is not sent on to others") {
  if (!nginx_is_there()) return;
  const Secured other("if ($http_authorization) { return 403; }");
  const std::string guarded = R"(if ($http_authorization != "Bearer swordfish") { return 401; })";
  Secured scene("location /mine/ { " + guarded + " rewrite ^/mine(.*)$ $1 break; }\n" +
                "location /others/ { " + guarded + " return 302 " + other.url("/file.mlir") +
                "; }");
  const fs::path both =
      scene.files.write("both.pem", content_of(scene.authority.authority_file()) +
                                        content_of(other.authority.authority_file()));
  scene.box.environment["SHARKREG_CACERT"] = both;
  check_refused(scene, scene.fetch(scene.url("/mine/file.mlir")), "the server says 401",
                "SHARKREG_HTTP_TOKEN_LOCALHOST");
  scene.box.environment["SHARKREG_HTTP_TOKEN_LOCALHOST"] = "swordfish";
  for (const char* path : {"/mine/file.mlir", "/others/file.mlir"}) {
    const Ended ended = scene.fetch(scene.url(path));
    INFO(path, ": ", ended.out, ended.err);
    CHECK(ended.exit_status == 0);
    CHECK_FALSE(contains(ended.out + ended.err, "swordfish"));
    CHECK(content_of(scene.placed()) == scene.content);
  }
}

}  // namespace
}  // namespace sharkreg::e2e
