// SPDX-License-Identifier: Apache-2.0
// The fetcher of hf: URLs against a hub that its own client takes for one.
#include "hf_fetcher.h"

#include <doctest/doctest.h>

#include <sharkreg/failure.h>

#include "base/digest.h"
#include "fake_host.h"
#include "scripted_hub.h"

namespace hf_fetcher {
namespace {

using sharkreg::ArtifactPart;
using sharkreg::Failure;
using sharkreg::core::sha256_of;
using sharkreg::test::failure_of;
using sharkreg::test::HttpRequest;
using sharkreg::test::HttpResponse;
using sharkreg::test::ScriptedHub;
using sharkreg::test::ScriptedServer;
using Access = ScriptedHub::Access;

const std::string small = "{\"layers\": 2}\n";
const std::string large = "abcdefghijklmnopqrstuvwxyz";
const std::string config = "hf://acme/model/config.json";
const std::string weights = "hf://acme/model/sub/weights.bin";

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

struct Client {
  explicit Client(const std::string& endpoint) { host.variables["HF_ENDPOINT"] = endpoint; }

  FakeHost host = lonely_host();
  HfFetcher fetcher{{}, host};
  std::string got;

  std::string read(const std::string& url, const ArtifactPart& part = {}) {
    got.clear();
    fetcher.read(url, part, [this](const void* bytes, std::size_t size) {
      if (size > 0) got.append(static_cast<const char*>(bytes), size);
      return true;
    });
    return got;
  }

  Failure stat_failure(const std::string& url) {
    return failure_of([&] { fetcher.stat(url); });
  }
  Failure read_failure(const std::string& url, const ArtifactPart& part = {}) {
    return failure_of([&] { read(url, part); });
  }
};

// A hub with two files, and somebody who fetches from it.
struct Scene {
  Scene() {
    hub.put("acme/model", "config.json", small);
    hub.put("acme/model", "sub/weights.bin", large, true);
  }
  void has_token(const std::string& token) { client.host.variables["HF_TOKEN"] = token; }

  ScriptedHub hub;
  Client client{hub.endpoint()};
};

void check_authorizations(const ScriptedServer& server, const std::string& wanted) {
  for (const HttpRequest& request : server.requests()) {
    CHECK(request.header("authorization") == wanted);
  }
}

TEST_CASE("hf: a small file comes from the hub") {
  Scene scene;
  const auto information = scene.client.fetcher.stat(config);
  REQUIRE(information);
  CHECK(information->size == 14);
  CHECK(information->ranges);
  CHECK(information->digests.empty());  // git's name is none of its bytes
  const std::string validator = "14 \"" + sha256_of(small).substr(0, 40) + "\"";
  CHECK(information->validator == validator);
  CHECK(scene.client.read(config) == small);
  CHECK(scene.client.read(config, {2, 6, validator}) == "layers");
  CHECK(scene.client.read(config, {2, ArtifactPart::to_end, validator}) == small.substr(2));
  CHECK(scene.client.read(config, {14, ArtifactPart::to_end, validator}).empty());
  CHECK(scene.client.read_failure(config, {15, 1, validator}).kind() == Failure::Kind::invalid);
  CHECK(scene.client.read("https://huggingface.co/acme/model/resolve/main/config.json") == small);
  CHECK(scene.hub.links().requests().empty());
}

TEST_CASE("hf: of a large file the hub says what it is, and another server gives the bytes") {
  Scene scene;
  const auto information = scene.client.fetcher.stat(weights);
  REQUIRE(information);
  CHECK(information->size == 26);
  CHECK(information->ranges);
  CHECK(information->digests.at("sha256") == sha256_of(large));
  const std::string validator = "26 \"" + sha256_of(large) + "\"";
  CHECK(information->validator == validator);
  CHECK(scene.hub.links().requests().empty());  // stat needs nothing of it
  CHECK(scene.client.read(weights) == large);
  CHECK(scene.client.read(weights, {3, 4, validator}) == "defg");
  CHECK(scene.client.read(weights, {20, ArtifactPart::to_end, validator}) == "uvwxyz");
  CHECK(scene.client.read(weights, {26, ArtifactPart::to_end, validator}).empty());
  CHECK(scene.client.read(weights, {5, 0, validator}).empty());
  for (const HttpRequest& request : scene.hub.links().requests()) {
    CHECK(request.header("if-match").empty());  // its tags are its own
  }
}

TEST_CASE("hf: revisions, and repositories of data") {
  Scene scene;
  scene.hub.put("datasets/acme/data", "rows.csv", "a,b\n");
  const std::string pinned = std::string("hf://acme/model@") + ScriptedHub::commit;
  CHECK(scene.client.read(pinned + "/config.json") == small);
  CHECK(scene.client.read(pinned + "/sub/weights.bin") == large);
  CHECK(scene.client.read("hf://acme/model@refs%2Fpr%2F1/config.json") == small);
  CHECK(scene.client.read("hf://datasets/acme/data/rows.csv") == "a,b\n");
}

TEST_CASE("hf: a repository that was renamed is followed on the hub, with the token") {
  Scene scene;
  scene.has_token(ScriptedHub::reader);
  scene.hub.set_access("acme/model", Access::hidden);
  scene.hub.move("acme/model", "other/name");
  CHECK(scene.client.fetcher.stat(config)->size == 14);
  CHECK(scene.client.read(config) == small);
  CHECK(scene.client.read(weights) == large);
  CHECK(scene.client.fetcher.stat(weights)->digests.at("sha256") == sha256_of(large));
  check_authorizations(scene.hub.hub(), "Bearer hf_reader");
}

TEST_CASE("hf: the token goes to the hub alone") {
  Scene scene;
  scene.has_token(ScriptedHub::reader);
  scene.hub.set_access("acme/model", Access::hidden);
  CHECK(scene.client.read(weights) == large);
  REQUIRE(scene.hub.links().requests().size() == 1);
  check_authorizations(scene.hub.links(), "");
  check_authorizations(scene.hub.hub(), "Bearer hf_reader");
}

TEST_CASE("hf: nor does the token go to another port of the hub's host, by whatever redirect") {
  ScriptedServer other(
      [](const HttpRequest& request) { return HttpResponse::file(request, large, "\"other\""); });
  std::vector<std::string> headers{"Location: " + other.url("/x")};
  ScriptedServer hub([&](const HttpRequest&) {
    HttpResponse response = HttpResponse::of("", headers);
    response.status = 302;
    return response;
  });
  Client client(hub.url(""));
  client.host.variables["HF_TOKEN"] = "swordfish";
  CHECK(client.read(config) == large);
  headers.push_back("X-Linked-Size: 26");
  CHECK(client.read(config) == large);
  CHECK(client.fetcher.stat(config)->size == 26);
  REQUIRE(other.requests().size() == 3);
  check_authorizations(other, "");
  check_authorizations(hub, "Bearer swordfish");
}

TEST_CASE("hf: another content is not passed on") {
  Scene scene;
  for (const std::string& url : {config, weights}) {
    const std::string validator = scene.client.fetcher.stat(url)->validator;
    scene.hub.put("acme/model", "config.json", "{\"layers\": 3}\n");
    scene.hub.put("acme/model", "sub/weights.bin", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", true);
    const Failure failure = scene.client.read_failure(url, {3, 4, validator});
    CHECK(failure.kind() == Failure::Kind::changed);
    CHECK(contains(failure.what(), "was changed since it was looked at: it was " + validator));
    CHECK(scene.client.got.empty());
    CHECK(scene.client.read_failure(url, {0, 4, "any other"}).kind() == Failure::Kind::changed);
    scene.hub.put("acme/model", "sub/weights.bin", large, true);
  }
}

TEST_CASE("hf: a change between what the hub says and what it gives is seen, tags weak or not") {
  for (const char* prefix : {"", "W/"}) {
    int requests = 0;
    ScriptedServer hub([&](const HttpRequest& request) {
      const std::string tag = std::string(prefix) + (++requests == 1 ? "\"one\"" : "\"two\"");
      return HttpResponse::file(request, small, tag);
    });
    Client client(hub.url(""));
    CHECK(client.read_failure(config).kind() == Failure::Kind::changed);
    CHECK(client.got.empty());
  }
}

TEST_CASE("hf: a tag that a server in between made weak is the same tag") {
  Scene scene;
  const std::string validator = scene.client.fetcher.stat(config)->validator;
  scene.hub.make_tags_weak();
  CHECK(scene.client.fetcher.stat(config)->validator == validator);
  CHECK(scene.client.read(config, {2, 6, validator}) == "layers");
}

TEST_CASE("hf: a link that has expired is asked for again, once") {
  Scene scene;
  scene.hub.expire_next_links(1);
  CHECK(scene.client.read(weights, {3, 4, scene.client.fetcher.stat(weights)->validator}) ==
        "defg");
  scene.hub.expire_next_links(1);
  CHECK(scene.client.read(weights) == large);
  scene.hub.expire_next_links(2);
  const std::size_t before = scene.hub.links().requests().size();
  const Failure failure = scene.client.read_failure(weights);
  CHECK(scene.hub.links().requests().size() == before + 2);
  CHECK(failure.kind() == Failure::Kind::invalid);
  CHECK(contains(failure.what(), weights + ": the server says 403"));
  CHECK(contains(failure.hint(), "the hub leads to http://localhost:"));
  CHECK_FALSE(contains(failure.what() + failure.hint(), "Signature"));
  CHECK(scene.client.got.empty());
}

TEST_CASE("hf: of parts of one content the hub is asked once") {
  Scene scene;
  const std::string validator = scene.client.fetcher.stat(weights)->validator;
  CHECK(scene.client.read(weights, {3, 4, validator}) == "defg");
  CHECK(scene.client.read(weights, {20, ArtifactPart::to_end, validator}) == "uvwxyz");
  CHECK(scene.hub.hub().requests().size() == 1);
  // What is meant is known by its digest: another content in its place is none of theirs.
  CHECK(scene.client.read_failure(weights, {3, 4, "26 \"another\""}).kind() ==
        Failure::Kind::changed);
  CHECK(scene.hub.hub().requests().size() == 2);
  CHECK(scene.client.read(weights, {3, 4, validator}) == "defg");
  CHECK(scene.hub.hub().requests().size() == 3);
}

TEST_CASE("hf: a link that is remembered, and leads nowhere any more, is asked for again") {
  Scene scene;
  const std::string validator = scene.client.fetcher.stat(weights)->validator;
  scene.hub.put("acme/model", "sub/weights.bin", "ABC", true);
  CHECK(scene.client.read_failure(weights, {3, 4, validator}).kind() == Failure::Kind::changed);
  scene.hub.expire_next_links(1);
  scene.hub.put("acme/model", "sub/weights.bin", large, true);
  CHECK(scene.client.fetcher.stat(weights)->validator == validator);
  CHECK(scene.client.read(weights, {3, 4, validator}) == "defg");
}

TEST_CASE("hf: what it is, and its first bytes, need one question to the hub") {
  Scene scene;
  scene.hub.put("acme/model", "empty", "");
  const auto begun = [&](const std::string& url, std::uint64_t length, std::string& got) {
    std::int64_t size = -1;
    CHECK(scene.client.fetcher.get(
        url, length,
        [&](const sharkreg::ArtifactInformation& information) {
          size = information.size.value_or(-1);
          return true;
        },
        [&](const void* bytes, std::size_t count) {
          if (count > 0) got.append(static_cast<const char*>(bytes), count);
          return true;
        }));
    return size;
  };
  for (const auto& [url, length, size, wanted] :
       {std::tuple(weights, 4, 26, large.substr(0, 4)), std::tuple(weights, 26, 26, large),
        std::tuple(config, 99, 14, small),
        std::tuple(std::string("hf://acme/model/empty"), 9, 0, std::string())}) {
    const std::size_t before = scene.hub.hub().requests().size();
    std::string got;
    CHECK(begun(url, static_cast<std::uint64_t>(length), got) == size);
    CHECK(got == wanted);
    const bool is_linked = url == weights;
    CHECK(scene.hub.hub().requests().size() - before == (is_linked || size == 0 ? 1 : 2));
  }
  CHECK_FALSE(scene.client.fetcher.get(
      "hf://acme/model/none", 4, [](const sharkreg::ArtifactInformation&) { return true; },
      [](const void*, std::size_t) { return true; }));
}

TEST_CASE("hf: a refusal to somebody without a token says which variable names one") {
  ScriptedServer hub([](const HttpRequest&) {
    HttpResponse response = HttpResponse::of("");
    response.status = 403;
    return response;
  });
  Client client(hub.url(""));
  for (const Failure& failure : {client.stat_failure(weights), client.read_failure(weights)}) {
    CHECK(failure.kind() == Failure::Kind::invalid);
    CHECK(contains(failure.what(), "the server says 403"));
    CHECK(contains(failure.hint(), "name a token by HF_TOKEN; they are made at "));
  }
  client.host.variables["HF_TOKEN"] = "swordfish";
  const Failure failure = client.stat_failure(weights);
  CHECK(contains(failure.hint(), "give the token in HF_TOKEN the right to read it, at "));
  CHECK_FALSE(contains(failure.what() + failure.hint(), "swordfish"));
}

TEST_CASE("hf: what is not there is absent, but a repository only to those with a token") {
  Scene scene;
  scene.hub.put("acme/hidden", "x", small);
  scene.hub.set_access("acme/hidden", Access::hidden);
  CHECK_FALSE(scene.client.fetcher.stat("hf://acme/model/none"));
  CHECK_FALSE(scene.client.fetcher.stat("hf://acme/model@none/config.json"));
  CHECK(scene.client.read_failure("hf://acme/model/none").kind() == Failure::Kind::changed);
  for (const char* url : {"hf://acme/none/x", "hf://acme/hidden/x"}) {
    const Failure failure = scene.client.stat_failure(url);
    CHECK(failure.kind() == Failure::Kind::invalid);
    CHECK(contains(failure.what(), "the hub has no repository acme/"));
    CHECK(contains(failure.hint(), "HF_TOKEN"));
  }
  scene.has_token(ScriptedHub::stranger);
  CHECK_FALSE(scene.client.fetcher.stat("hf://acme/none/x"));
  CHECK_FALSE(scene.client.fetcher.stat("hf://acme/hidden/x"));
  scene.has_token(ScriptedHub::reader);
  CHECK(scene.client.read("hf://acme/hidden/x") == small);
}

TEST_CASE("hf: a gated repository says where its conditions are") {
  Scene scene;
  scene.hub.set_access("acme/model", Access::gated);
  const std::string page = scene.hub.endpoint() + "/acme/model";
  const Failure nobody = scene.client.stat_failure(weights);
  CHECK(nobody.kind() == Failure::Kind::invalid);
  CHECK(std::string(nobody.what()) == weights + ": the repository is gated");
  CHECK(nobody.hint() ==
        "accept its conditions at " + page + ", and name a token of that account by HF_TOKEN");
  scene.has_token(ScriptedHub::stranger);
  CHECK(scene.client.read_failure(weights).hint() ==
        "accept its conditions at " + page + " as the user whose token is in HF_TOKEN");
  scene.has_token(ScriptedHub::reader);
  CHECK(scene.client.read(weights) == large);
}

TEST_CASE("hf: a token that the hub does not take is told by its place, not by itself") {
  Scene scene;
  scene.has_token("swordfish");
  const Failure failure = scene.client.stat_failure(config);
  CHECK(failure.kind() == Failure::Kind::invalid);
  CHECK(contains(failure.what(), "401 Scripted (Invalid credentials in Authorization header)"));
  CHECK(contains(failure.hint(), "does not take the token in HF_TOKEN: make another at "));
  CHECK_FALSE(contains(failure.what() + failure.hint(), "swordfish"));
}

TEST_CASE("hf: offline nobody is asked") {
  Scene scene;
  scene.client.host.variables["HF_HUB_OFFLINE"] = "1";
  CHECK(contains(scene.client.stat_failure(config).what(), "HF_HUB_OFFLINE"));
  CHECK(contains(scene.client.read_failure(config).what(), "HF_HUB_OFFLINE"));
  CHECK(scene.hub.hub().requests().empty());
}

TEST_CASE("hf: a hub that is busy says when to ask again, and one that loops is left") {
  bool loops = false;
  ScriptedServer hub([&](const HttpRequest&) {
    HttpResponse response = HttpResponse::of("", {loops ? "Location: /x" : "Retry-After: 7"});
    response.status = loops ? 307 : 429;
    return response;
  });
  Client client(hub.url(""));
  const Failure busy = client.read_failure(config);
  CHECK(busy.kind() == Failure::Kind::failed);
  CHECK(busy.retry_after() == std::chrono::seconds(7));
  loops = true;
  const Failure endless = client.stat_failure(config);
  CHECK(endless.kind() == Failure::Kind::invalid);
  CHECK(hub.requests().size() == 12);
}

TEST_CASE("hf: a read is stopped also while nothing comes") {
  ScriptedServer hub([&](const HttpRequest& request) {
    HttpResponse response = HttpResponse::file(request, small, "\"one\"");
    if (request.method == "GET") response.stall_after = 0;
    return response;
  });
  Client client(hub.url(""));
  client.host.variables["SHARKREG_HTTP_STALL_SECONDS"] = "60";
  const auto begin = std::chrono::steady_clock::now();
  const Failure stopped = failure_of([&] {
    client.fetcher.read(config, {}, [](const void*, std::size_t size) { return size > 0; });
  });
  CHECK(stopped.kind() == Failure::Kind::cancelled);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

}  // namespace
}  // namespace hf_fetcher
