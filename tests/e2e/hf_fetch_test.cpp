// SPDX-License-Identifier: Apache-2.0
// Artifacts from a Hugging Face hub, from `sharkreg` to a run.
#include <doctest/doctest.h>

#include "base/digest.h"
#include "scripted_hub.h"
#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;
using test::HttpRequest;
using test::ScriptedHub;

struct Harbour {
  Harbour() {
    for (std::size_t at = 0; at < weights.size(); ++at) {
      weights[at] = static_cast<char>(at * 2654435761U >> 13);
    }
    hub.put("acme/model", "program.mlir", "module {}\n");
    hub.put("acme/model", "sub/weights.irpa", weights, true);
    hub.set_access("acme/model", ScriptedHub::Access::gated);
    box.write_stub_tools();
    box.environment["HF_ENDPOINT"] = hub.endpoint();
    box.environment["HF_TOKEN"] = ScriptedHub::reader;
    box.write_model("m", "s",
                    R"({"mlir": "hf://acme/model/program.mlir",
                        "real_weights": "hf://acme/model@main/sub/weights.irpa"})");
  }

  Ended run(const Arguments& first = {}) const {
    Arguments arguments = first;
    const Arguments all{"--tests-dir", box.tests(), "--model=m",
                        "--tools-dir", box.tools(), "--backend=cpu"};
    arguments.insert(arguments.end(), all.begin(), all.end());
    return box.run(arguments);
  }

  std::string weights = std::string(20 << 20, '\0');  // several chunks
  ScriptedHub hub;
  Sandbox box;
};

TEST_CASE("hf fetch: a gated model runs, with its weights in chunks from behind links") {
  Harbour harbour;
  harbour.hub.expire_next_links(2);
  const Ended ended = harbour.run();
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  CHECK(verdict_of(harbour.box.events(), "m/s", "run cpu") == "pass");
  CHECK(core::sha256_of_file(harbour.box.cache() / "artifacts/m_s/weights.irpa").value() ==
        core::sha256_of(harbour.weights));
  CHECK(harbour.hub.links().requests().size() >= 3);
  for (const HttpRequest& request : harbour.hub.links().requests()) {
    CHECK(request.header("authorization").empty());
  }
  CHECK_FALSE(contains(ended.out + ended.err, ScriptedHub::reader));
}

TEST_CASE("hf fetch: what is missing is told: a token, being online, a file") {
  Harbour nobody;
  nobody.box.environment.erase("HF_TOKEN");
  const Ended gated = nobody.run({"fetch"});
  CHECK(gated.exit_status == 3);
  CHECK(contains(gated.err, "the repository is gated"));
  CHECK(contains(gated.err, "accept its conditions at " + nobody.hub.endpoint() + "/acme/model"));

  nobody.box.environment["HF_HUB_OFFLINE"] = "1";
  CHECK(contains(nobody.run({"fetch"}).err, "HF_HUB_OFFLINE is set"));
  nobody.box.environment.erase("HF_HUB_OFFLINE");
  nobody.box.write_model("m", "s", R"({"mlir": "hf://acme/program.mlir"})");
  const Ended incomplete = nobody.run({"fetch"});
  CHECK(incomplete.exit_status == 3);
  CHECK(contains(incomplete.err, "write hf://ORG/REPO/PATH"));
}

TEST_CASE("hf fetch: the plugin keeps the promises of a fetcher") {
  const Harbour harbour;
  const std::string checker = fs::path(SHARKREG_PROGRAM).replace_filename("sharkreg-conformance");
  for (const char* url : {"hf://acme/model/sub/weights.irpa", "hf://acme/model/program.mlir"}) {
    const Ended ended = harbour.box.run_program(
        checker, {SHARKREG_PLUGIN_DIR "/libhf.so", std::string("--url=") + url});
    INFO(ended.out, ended.err);
    CHECK(ended.exit_status == 0);
    for (const char* name : {"describe", "missing", "ranges", "validator", "cancel"}) {
      CHECK(contains(ended.out, std::string("pass  fetcher/hf/") + name));
    }
  }
}

}  // namespace
}  // namespace sharkreg::e2e
