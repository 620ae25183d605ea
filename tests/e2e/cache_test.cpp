// SPDX-License-Identifier: Apache-2.0
// sharkreg cache, and what fetch does with a store that is looked after: quota, mirrors, archives.
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "scripted_server.h"
#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;
using test::HttpRequest;
using test::HttpResponse;
using test::ScriptedServer;

// A server with some files, and models that name one each.
struct Pond {
  Sandbox box;
  std::mutex mutex;  // guards files
  std::map<std::string, std::string> files{{"/p.mlir", "module {}\n"}};
  std::atomic<bool> is_silent = false;
  ScriptedServer server{[this](const HttpRequest& request) { return answer(request); }};

  HttpResponse answer(const HttpRequest& request) {
    const std::scoped_lock lock(mutex);
    if (!files.contains(request.path)) {
      HttpResponse response = HttpResponse::of("");
      response.status = 404;
      return response;
    }
    const std::string& content = files.at(request.path);
    HttpResponse response =
        HttpResponse::file(request, content, '"' + core::sha256_of(content).substr(0, 8) + '"');
    if (is_silent && request.method == "GET") response.stall_after = 1;
    return response;
  }

  void serve(const std::string& path, std::string content) {
    const std::scoped_lock lock(mutex);
    files[path] = std::move(content);
  }

  Pond() { box.write_stub_tools(); }

  void model(const std::string& name, const std::string& source) {
    box.write_model("m", name, R"({"mlir": ")" + source + R"("})");
  }

  Arguments arguments(Arguments first) const {
    const Arguments more{"--tests-dir", box.tests(), "--model=m",
                         "--tools-dir", box.tools(), "--backend=cpu"};
    first.insert(first.end(), more.begin(), more.end());
    return first;
  }
  Ended fetch(Arguments more = {}) const {
    more.insert(more.begin(), "fetch");
    return box.run(arguments(more));
  }
  fs::path placed(const std::string& model, const std::string& file) const {
    return box.cache() / "artifacts" / ("m_" + model) / file;
  }
};

TEST_CASE("cache: stats, path, verify and gc tell what is there and what they did") {
  Pond pond;
  pond.model("s", pond.server.url("/p.mlir"));
  REQUIRE(pond.fetch().exit_status == 0);

  const Ended stats = pond.box.run({"cache", "stats"});
  CHECK(stats.exit_status == 0);
  CHECK(contains(stats.out, "1, 10 B, of 1 URLs; 0 in use"));

  const Ended path = pond.box.run({"cache", "path", pond.server.url("/p.mlir")});
  CHECK(path.exit_status == 0);
  const fs::path blob = path.out.substr(0, path.out.find('\n'));
  CHECK(content_of(blob) == "module {}\n");
  const Ended unknown = pond.box.run({"cache", "path", pond.server.url("/other?sig=SECRET")});
  CHECK(unknown.exit_status == 3);
  CHECK(contains(unknown.err, "is not in the store"));
  CHECK_FALSE(contains(unknown.err, "SECRET"));

  CHECK(contains(pond.box.run({"cache", "verify"}).out, "1 right, 0 wrong, 0 missing"));
  fs::permissions(blob, fs::perms::owner_write, fs::perm_options::add);
  std::ofstream(blob) << "spoilt";
  const Ended spoilt = pond.box.run({"cache", "verify"});
  CHECK(spoilt.exit_status == 3);
  CHECK(contains(spoilt.out, "0 right, 1 wrong, 0 missing"));
  REQUIRE(pond.fetch().exit_status == 0);
  CHECK(content_of(pond.placed("s", "p.mlir")) == "module {}\n");

  const Ended collected = pond.box.run({"cache", "gc", "--max-size=0"});
  CHECK(collected.exit_status == 0);
  CHECK(contains(collected.out, "0 artifacts stay"));
  CHECK_FALSE(fs::is_symlink(pond.placed("s", "p.mlir")));
}

TEST_CASE("cache: wrong words are wrong usage, with what is expected") {
  const Sandbox box;
  for (const Arguments& wrong :
       {Arguments{"cache"}, Arguments{"cache", "clean"}, Arguments{"cache", "path"},
        Arguments{"cache", "gc"}, Arguments{"cache", "gc", "--max-size=many"},
        Arguments{"cache", "gc", "--older-than=30"}, Arguments{"cache", "stats", "now"}}) {
    const Ended ended = box.run(wrong);
    CHECK(ended.exit_status == 2);
    CHECK_FALSE(ended.err.empty());
  }
  CHECK(contains(box.run({"cache", "gc", "--older-than=30"}).err, "30d"));
  CHECK(contains(box.run({"fetch", "--mirror=x"}).err, "FROM=TO"));
}

TEST_CASE("cache: gc leaves what a running process uses") {
  Pond pond;
  pond.model("s", pond.server.url("/p.mlir"));
  // It is also asked for its version, before anything is fetched.
  pond.box.write_program("tools/iree-compile", "#!/bin/sh\ncase \"$*\" in *.mlir*) : > " +
                                                   (pond.box.root() / "compiles").native() +
                                                   "; exec sleep 60 ;; esac\n");
  const Running run = pond.box.start(pond.arguments({}));
  for (int wait = 0; wait < 1000 && !fs::exists(pond.box.root() / "compiles"); ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const Ended collected = pond.box.run({"cache", "gc", "--max-size=0"});
  CHECK(collected.exit_status == 3);
  CHECK(contains(collected.out, "used by running processes"));
  CHECK(content_of(pond.placed("s", "p.mlir")) == "module {}\n");
}

TEST_CASE("cache: a mirror is asked in place of a server that is not there") {
  Pond pond;
  pond.model("s", "http://models.invalid/p.mlir");
  const Ended fetched = pond.fetch({"--mirror", "http://models.invalid/=" + pond.server.url("/")});
  INFO(fetched.err);
  CHECK(fetched.exit_status == 0);
  CHECK(content_of(pond.placed("s", "p.mlir")) == "module {}\n");
  // It is in the store under its own URL from then on.
  CHECK(pond.fetch({"--offline"}).exit_status == 0);
}

TEST_CASE("cache: a quota that cannot be kept refuses before anything is fetched") {
  Pond pond;
  pond.serve("/p.mlir", std::string(5000, ' '));
  pond.model("s", pond.server.url("/p.mlir"));
  const Ended refused = pond.fetch({"--max-size=4k"});
  CHECK(refused.exit_status == 3);
  CHECK(contains(refused.err, "--max-size"));
  CHECK(pond.fetch({"--max-size=6k"}).exit_status == 0);
}

TEST_CASE("cache: a pointer of git-lfs is an error that says what to do") {
  Pond pond;
  pond.serve("/p.mlir", "version https://git-lfs.github.com/spec/v1\noid sha256:" +
                            std::string(64, 'a') + "\nsize 123\n");
  pond.model("s", pond.server.url("/p.mlir"));
  const Ended refused = pond.fetch();
  CHECK(refused.exit_status == 3);
  CHECK(contains(refused.err, std::string(64, 'a')));
}

TEST_CASE("cache: Ctrl-C ends a fetch at once, and the next one succeeds") {
  Pond pond;
  pond.serve("/p.mlir", std::string(100'000, ' '));
  pond.is_silent = true;
  pond.model("s", pond.server.url("/p.mlir"));
  Running fetch = pond.box.start(pond.arguments({"fetch"}));
  for (int wait = 0; wait < 1000 && pond.server.requests().empty(); ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  fetch.send(SIGINT);
  const Ended ended = fetch.wait(std::chrono::seconds(20));
  CHECK(ended.exit_status == 130);
  CHECK(contains(ended.err, "interrupted"));
  pond.is_silent = false;
  CHECK(pond.fetch().exit_status == 0);
}

}  // namespace
}  // namespace sharkreg::e2e
