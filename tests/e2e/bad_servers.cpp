// SPDX-License-Identifier: Apache-2.0
#include "bad_servers.h"

#include <mutex>

#include "store_checks.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;
using test::HttpRequest;
using test::HttpResponse;
using test::ScriptedServer;

constexpr std::size_t small_size = 300'001;
constexpr std::size_t large_size = (std::size_t{41} << 20) + 1001;

class ScriptedBadServer : public BadServer {
 public:
  ScriptedBadServer(Spoil spoil, const Content& content)
      : spoil_(std::move(spoil)), content_(content) {}

  std::string url() const override { return server_.url("/file.mlir"); }
  void heal() override { healed_ = true; }
  const std::string& content() const override {
    return replaced_ ? content_.second : content_.first;
  }

 private:
  HttpResponse right(const HttpRequest& request) const {
    return HttpResponse::file(request, content(), replaced_ ? "\"second\"" : "\"first\"");
  }

  HttpResponse answer(const HttpRequest& request) {
    if (healed_) return right(request);
    const int number = ++requests_;
    const int get = request.method == "GET" ? ++gets_ : 0;
    Turn turn{request, content_, number, get, false, right(request)};
    spoil_(turn);
    if (!turn.replaced) return std::move(turn.response);
    replaced_ = true;
    return right(request);
  }

  const Spoil spoil_;
  const Content& content_;
  std::atomic<bool> healed_ = false;
  std::atomic<bool> replaced_ = false;
  std::atomic<int> requests_ = 0;
  std::atomic<int> gets_ = 0;
  ScriptedServer server_{[this](const HttpRequest& request) { return answer(request); }};
};

class ProxiedNginx : public BadServer {
 public:
  ProxiedNginx(const Trouble& trouble, const World& world)
      : world_(world),
        act_(trouble.act),
        way_(world.toxiproxy->way_to(world.nginx->port(), unused_name())) {
    for (const Poison& poison : trouble.poisons) {
      way_.poison(poison.type, world.large ? poison.large : poison.small);
    }
    if (trouble.down) way_.turn(false);
  }

  std::string url() const override {
    return "http://127.0.0.1:" + std::to_string(way_.port()) + "/file.mlir";
  }
  void act() override {
    if (act_) act_(way_);
  }
  void heal() override { way_.heal(); }
  const std::string& content() const override { return world_.content.first; }

 private:
  static std::string unused_name() {
    static std::atomic<int> count = 0;
    return "way" + std::to_string(++count);
  }

  const World& world_;
  std::function<void(const test::Toxiproxy::Way&)> act_;
  test::Toxiproxy::Way way_;
};

class PlainNginx : public BadServer {
 public:
  PlainNginx(std::string prefix, const World& world) : prefix_(std::move(prefix)), world_(world) {}

  std::string url() const override { return world_.nginx->url(prefix_ + "/file.mlir"); }
  void heal() override {}
  const std::string& content() const override { return world_.content.first; }

 private:
  const std::string prefix_;
  const World& world_;
};

// Something is there, though it may be a link to nothing.
bool lies_at(const fs::path& path) {
  return fs::symlink_status(path).type() != fs::file_type::not_found;
}

std::string wrong_in(const fs::path& cache) {
  std::string wrong = wrong_in_store(cache / "store");
  std::error_code missing;
  for (const auto& entry : fs::recursive_directory_iterator(cache / "artifacts", missing)) {
    const std::string name = entry.path().filename();
    if (name != "m_s" && name != "file.mlir") wrong += entry.path().string() + " was left\n";
  }
  return wrong;
}

}  // namespace

World::World(bool is_large) : large(is_large) {
  const std::size_t size = large ? large_size : small_size;
  content.first = random_content(size, 1);
  content.second = random_content(size, 2);
  if (!test::Nginx::is_there()) return;
  files.write("file.mlir", content.first);
  const std::string directory = files.path().string() + "/";
  nginx.emplace(test::NginxSettings{.files = files.path(),
                                    .server = "location /without_ranges/ { alias " + directory +
                                              "; max_ranges 0; }\n" + "location /slow/ { alias " +
                                              directory + "; limit_rate 20m; }\n"});
  if (test::Toxiproxy::is_there()) toxiproxy.emplace();
}

std::size_t Turn::first() const {
  const auto range = request.range(size());
  return range ? range->first : 0;
}

std::size_t Turn::last() const {
  const auto range = request.range(size());
  return range ? range->second : size() - 1;
}

MakeBadServer scripted(Spoil spoil) {
  return [spoil = std::move(spoil)](const World& world) {
    return std::make_unique<ScriptedBadServer>(spoil, world.content);
  };
}

MakeBadServer proxied(Trouble trouble) {
  return [trouble = std::move(trouble)](const World& world) -> std::unique_ptr<BadServer> {
    if (!world.toxiproxy) return nullptr;
    return std::make_unique<ProxiedNginx>(trouble, world);
  };
}

MakeBadServer plain(std::string prefix) {
  return [prefix = std::move(prefix)](const World& world) -> std::unique_ptr<BadServer> {
    if (!world.nginx) return nullptr;
    return std::make_unique<PlainNginx>(prefix, world);
  };
}

Outcome fetch_through(const MakeBadServer& make, const World& world, Environment environment) {
  Outcome outcome;
  const std::unique_ptr<BadServer> server = make(world);
  if (!server) {
    outcome.skipped = true;
    return outcome;
  }
  Sandbox box;
  box.environment.merge(environment);
  box.write_stub_tools();
  box.write_model("m", "s", R"({"mlir": ")" + server->url() + R"("})");
  const fs::path placed = box.cache() / "artifacts/m_s/file.mlir";
  const auto is_right = [&] { return lies_at(placed) && content_of(placed) == server->content(); };
  const Arguments fetch{"fetch",       "--tests-dir", box.tests(),    "--model=m",
                        "--tools-dir", box.tools(),   "--backend=cpu"};

  Running running = box.start(fetch);
  server->act();
  outcome.ended = running.wait(std::chrono::seconds(90));
  outcome.placed = lies_at(placed);
  outcome.right = is_right();
  outcome.wrong = wrong_in(box.cache());

  server->heal();
  Arguments fetch_again = fetch;
  fetch_again.emplace_back("--revalidate=always");
  outcome.again = box.run(fetch_again);
  outcome.right_again = is_right();
  outcome.wrong_again = wrong_in(box.cache());
  return outcome;
}

}  // namespace sharkreg::e2e
