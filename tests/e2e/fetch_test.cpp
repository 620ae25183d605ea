// SPDX-License-Identifier: Apache-2.0
// Artifacts over HTTP, from `sharkreg fetch` to a run, with a server of the test's own.
#include <atomic>
#include <csignal>
#include <fstream>
#include <sys/wait.h>
#include <thread>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "content.h"
#include "scripted_server.h"
#include "sharkreg_run.h"
#include "store/index.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;
using test::content_of_size;
using test::HttpRequest;
using test::HttpResponse;
using test::ScriptedServer;

constexpr std::size_t chunk = std::size_t{8} << 20;

// A server with a small program and large weights, and a model that names both.
struct Sea {
  std::string weights = content_of_size(3 * chunk + 1000);
  std::atomic<std::size_t> asked_bytes = 0;  // of the weights
  std::atomic<bool> tells_md5 = false;
  std::atomic<bool> is_slow = false;  // from the second chunk on it stalls
  Sandbox box;
  ScriptedServer server{[this](const HttpRequest& request) { return answer(request); }};

  Sea() {
    box.write_stub_tools();
    box.write_model("m", "s",
                    R"({"mlir": ")" + server.url("/program.mlir") + R"(", "real_weights": ")" +
                        server.url("/weights.irpa") + R"("})");
  }

  HttpResponse answer(const HttpRequest& request) {
    if (request.path == "/program.mlir") return HttpResponse::file(request, "module {}\n", "\"p\"");
    if (request.path != "/weights.irpa") {
      HttpResponse response = HttpResponse::of("");
      response.status = 404;
      return response;
    }
    const std::string etag = tells_md5 ? core::Md5().add(weights).finish() : "w";
    HttpResponse response = HttpResponse::file(request, weights, '"' + etag + '"');
    if (request.method == "GET") asked_bytes += response.body.size();
    const auto range = request.range(weights.size());
    if (is_slow && range && range->first >= chunk) response.stall_after = 500;
    return response;
  }

  Arguments arguments(Arguments first = {}) const {
    const Arguments all{"--tests-dir", box.tests(), "--model=m",
                        "--tools-dir", box.tools(), "--backend=cpu"};
    first.insert(first.end(), all.begin(), all.end());
    return first;
  }

  fs::path placed() const { return box.cache() / "artifacts/m_s/weights.irpa"; }
};

TEST_CASE("fetch: artifacts come over HTTP once, and a run then needs no network") {
  Sea sea;
  const Ended fetched = sea.box.run(sea.arguments({"fetch"}));
  INFO(fetched.out, fetched.err);
  REQUIRE(fetched.exit_status == 0);
  CHECK(contains(fetched.out, sea.placed().native()));
  CHECK(core::sha256_of_file(sea.placed()).value() == core::sha256_of(sea.weights));
  CHECK(sea.asked_bytes == sea.weights.size());
  const std::size_t requests = sea.server.requests().size();

  // In a network of its own, which is not even up; where a machine gives none, in this one.
  const Arguments run = sea.arguments({"--offline", "--revalidate=always"});
  Arguments alone{"-r", "-n", SHARKREG_PROGRAM};
  alone.insert(alone.end(), run.begin(), run.end());
  const bool can = sea.box.run_program("/usr/bin/unshare", {"-r", "-n", "true"}).exit_status == 0;
  if (!can) MESSAGE("no network namespace is to be had: only the server's own count tells");
  const Ended ended = can ? sea.box.run_program("/usr/bin/unshare", alone) : sea.box.run(run);
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  CHECK(verdict_of(sea.box.events(), "m/s", "run cpu") == "pass");

  // With the network there, but nothing to ask.
  CHECK(sea.box.run(sea.arguments()).exit_status == 0);
  CHECK(sea.server.requests().size() == requests);
}

TEST_CASE("fetch: offline without the artifacts is infrastructure, and asks nobody") {
  Sea sea;
  const Ended ended = sea.box.run(sea.arguments({"--offline"}));
  CHECK(ended.exit_status == 3);
  CHECK(contains(ended.out, "is not in the store, and --offline forbids to fetch it"));
  CHECK(sea.server.requests().empty());
}

TEST_CASE("fetch: what the runner of old left at its place is adopted, not downloaded") {
  Sea sea;
  sea.tells_md5 = true;
  const fs::path files = sea.box.root() / "files";
  const fs::path placed = files / "artifacts/m_s/weights.irpa";
  fs::create_directories(placed.parent_path());
  std::ofstream(placed, std::ios::binary) << sea.weights;
  sea.box.environment["IREE_TEST_FILES"] = files;
  const Ended fetched = sea.box.run(sea.arguments({"fetch"}));
  INFO(fetched.out, fetched.err);
  CHECK(fetched.exit_status == 0);
  CHECK(contains(fetched.err, "was there already, and is what the URL has: it was not fetched"));
  CHECK(sea.asked_bytes == 0);
  CHECK(fs::is_symlink(placed));
  CHECK(core::sha256_of_file(placed).value() == core::sha256_of(sea.weights));

  // Where it is something else, it is fetched.
  Sea other;
  other.tells_md5 = true;
  const fs::path wrong = other.placed();
  fs::create_directories(wrong.parent_path());
  std::ofstream(wrong, std::ios::binary) << std::string(other.weights.size(), 'x');
  CHECK(other.box.run(other.arguments({"fetch"})).exit_status == 0);
  CHECK(other.asked_bytes == other.weights.size());
  CHECK(core::sha256_of_file(wrong).value() == core::sha256_of(other.weights));
}

TEST_CASE("fetch: after kill -9 only what was not there yet is fetched") {
  Sea sea;
  sea.is_slow = true;
  Running running = sea.box.start(sea.arguments({"fetch"}));
  // The first chunk is there as soon as the index says so; the others never come.
  const fs::path parts = sea.box.cache() / "store/parts";
  const auto first_is_there = [&] {
    if (sea.asked_bytes < sea.weights.size()) return false;
    const auto index = core::StoreIndex::open(sea.box.cache() / "store/index.sqlite");
    REQUIRE(index.has_value());
    const auto part = (*index)->part(core::sha256_of(sea.server.url("/weights.irpa")));
    REQUIRE(part.has_value());
    return part->has_value() && (*part)->done.front();
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!first_is_there() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  running.send(SIGKILL);
  CHECK(running.wait().signal == SIGKILL);
  CHECK_FALSE(fs::exists(sea.placed()));
  REQUIRE_FALSE(fs::is_empty(parts));

  sea.is_slow = false;
  sea.asked_bytes = 0;
  const Ended ended = sea.box.run(sea.arguments({"fetch"}));
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  CHECK(core::sha256_of_file(sea.placed()).value() == core::sha256_of(sea.weights));
  CHECK(sea.asked_bytes.load() == sea.weights.size() - chunk);
  CHECK(fs::is_empty(parts));
}

TEST_CASE("fetch: two processes that want the same fetch it once, also when one is killed") {
  Sea sea;
  Running first = sea.box.start(sea.arguments({"fetch"}));
  Running second = sea.box.start(sea.arguments({"fetch"}));
  CHECK(first.wait().exit_status == 0);
  CHECK(second.wait().exit_status == 0);
  CHECK(sea.asked_bytes == sea.weights.size());

  Sea other;
  other.is_slow = true;
  Running killed = other.box.start(other.arguments({"fetch"}));
  while (other.asked_bytes < other.weights.size()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  Running waiting = other.box.start(other.arguments({"fetch"}));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  other.is_slow = false;
  killed.send(SIGKILL);
  CHECK(waiting.wait().exit_status == 0);
  CHECK(core::sha256_of_file(other.placed()).value() == core::sha256_of(other.weights));
}

TEST_CASE("fetch: the plugin for http keeps the promises of a fetcher") {
  Sea sea;
  const std::string checker = fs::path(SHARKREG_PROGRAM).replace_filename("sharkreg-conformance");
  const Ended ended = sea.box.run_program(
      checker, {SHARKREG_PLUGIN_DIR "/libhttp.so", "--url=" + sea.server.url("/weights.irpa")});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  CHECK(contains(ended.out, "pass  fetcher/http/ranges"));
  CHECK(contains(ended.out, "pass  fetcher/http/validator"));
  CHECK(contains(ended.out, "pass  fetcher/http/cancel"));
}

TEST_CASE("fetch: what the server refuses is told without the secrets of the URL") {
  Sea sea;
  sea.box.write_model("m", "s",
                      R"({"mlir": ")" + sea.server.url("/gone.mlir?sig=swordfish") + R"("})");
  const Ended ended = sea.box.run(sea.arguments({"fetch"}));
  CHECK(ended.exit_status == 3);
  CHECK(contains(ended.err, sea.server.url("/gone.mlir")));
  CHECK(contains(ended.err, "there is no such file"));
  CHECK_FALSE(contains(ended.err + ended.out, "swordfish"));
}

}  // namespace
}  // namespace sharkreg::e2e
