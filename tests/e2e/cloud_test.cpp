// SPDX-License-Identifier: Apache-2.0
// Models whose artifacts lie in cloud stores, from `sharkreg fetch` to a run, with real servers.
#include <doctest/doctest.h>

#include "azurite.h"
#include "base/digest.h"
#include "content.h"
#include "sharkreg_run.h"
#include "versity_gateway.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;
using test::Azurite;
using test::content_of_size;
using test::VersityGateway;

constexpr std::size_t chunk = std::size_t{8} << 20;

bool is_missing() {
  if (Azurite::is_there() && VersityGateway::is_there()) return false;
  MESSAGE("Azurite or versitygw is not there: cmake/setup.sh brings them, versitygw by Go");
  return true;
}

// Both stores; a model with its program in one and its weights, of several chunks, in the other.
struct Clouds {
  Azurite azurite;
  VersityGateway gateway;
  std::string weights = content_of_size(chunk + 1000, 7);
  std::string signature = Azurite::signature_for("models");
  Sandbox box;

  Clouds() {
    azurite.make_container("models", false);
    azurite.put("models/a%20program.mlir", "module {}\n");
    azurite.put("models/input.bin", "1234");
    gateway.put("big/weights%2B.irpa", weights);
    box.write_stub_tools();
    box.write_model("m", "s",
                    R"({"mlir": "az://acme/models/a%20program.mlir?)" + signature +
                        R"(", "real_weights": "s3://models/big/weights%2B.irpa"})");
    box.environment["SHARKREG_AZURE_ENDPOINT"] = azurite.endpoint();
    box.environment["AWS_ENDPOINT_URL"] = gateway.endpoint();
    box.environment["AWS_REGION"] = VersityGateway::region;
    box.environment["AWS_ACCESS_KEY_ID"] = VersityGateway::key_id;
    box.environment["AWS_SECRET_ACCESS_KEY"] = VersityGateway::secret;
    // Of no use for what the URL above has a SAS for, and to be kept all the same.
    box.environment["AZURE_STORAGE_CONNECTION_STRING"] =
        "AccountName=acme;AccountKey=" + Azurite::key();
  }

  Arguments arguments(Arguments first = {}) const {
    const Arguments all{"--tests-dir", box.tests(), "--model=m",
                        "--tools-dir", box.tools(), "--backend=cpu"};
    first.insert(first.end(), all.begin(), all.end());
    return first;
  }

  std::vector<std::string> secrets() const {
    return {Azurite::key(), VersityGateway::secret, signature.substr(signature.find("sig=") + 4)};
  }

  bool is_told(const std::string& text) const {
    for (const std::string& secret : secrets()) {
      if (contains(text, secret)) return true;
    }
    return contains(text, "sig=") || contains(text, "SharedKey") || contains(text, "AWS4-HMAC");
  }

  // The names of all files that are left; the content of those that people read and send on.
  void check_that_files_keep_secrets() const {
    for (const auto& entry : fs::recursive_directory_iterator(box.root())) {
      CAPTURE(entry.path().native());
      CHECK_FALSE(is_told(entry.path().native()));
      if (!entry.is_regular_file()) continue;
      if (contains(entry.path().native(), "/runs/")) CHECK_FALSE(is_told(content_of(entry.path())));
    }
  }
};

TEST_CASE("cloud: a model from both stores is fetched, and then runs, without telling a secret") {
  if (is_missing()) return;
  const Clouds clouds;
  const Ended fetched = clouds.box.run(clouds.arguments({"fetch"}));
  INFO(fetched.out, fetched.err);
  REQUIRE(fetched.exit_status == 0);
  const fs::path placed = clouds.box.cache() / "artifacts/m_s";
  CHECK(core::sha256_of_file(placed / "weights+.irpa").value() == core::sha256_of(clouds.weights));
  CHECK(content_of(placed / "a program.mlir") == "module {}\n");
  CHECK_FALSE(clouds.is_told(fetched.out + fetched.err));

  const Ended ended = clouds.box.run(clouds.arguments({"--revalidate=always"}));
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  CHECK(verdict_of(clouds.box.events(), "m/s", "run cpu") == "pass");
  CHECK_FALSE(clouds.is_told(ended.out + ended.err));
  clouds.check_that_files_keep_secrets();
}

TEST_CASE("cloud: a model that may not be read says which variables to look at, and no secret") {
  if (is_missing()) return;
  Clouds clouds;
  clouds.box.environment["AZURE_STORAGE_CONNECTION_STRING"] =
      "AccountName=acme;AccountKey=c3dvcmQ=";
  clouds.box.environment["AWS_SECRET_ACCESS_KEY"] = "swordfish";
  clouds.box.write_model("m", "s",
                         R"({"mlir": "az://acme/models/a%20program.mlir",
                             "real_weights": "s3://models/big/weights%2B.irpa"})");
  const Ended ended = clouds.box.run(clouds.arguments({"fetch"}));
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 3);
  CHECK(contains(ended.err, "the key of AZURE_STORAGE_CONNECTION_STRING was used"));
  CHECK(contains(ended.err, "SignatureDoesNotMatch"));
  CHECK(contains(ended.err, "look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"));
  CHECK_FALSE(contains(ended.out + ended.err, "swordfish"));
  CHECK_FALSE(contains(ended.out + ended.err, "c3dvcmQ="));
  CHECK_FALSE(clouds.is_told(ended.out + ended.err));
  clouds.check_that_files_keep_secrets();
}

TEST_CASE("cloud: the plugins for both stores keep the promises of a fetcher") {
  if (is_missing()) return;
  const Clouds clouds;
  const std::string checker = fs::path(SHARKREG_PROGRAM).replace_filename("sharkreg-conformance");
  for (const auto& [name, url] : {std::pair("azure", "az://acme/models/a%20program.mlir"),
                                  std::pair("s3", "s3://models/big/weights%2B.irpa")}) {
    const Ended ended = clouds.box.run_program(
        checker,
        {SHARKREG_PLUGIN_DIR "/lib" + std::string(name) + ".so", "--url=" + std::string(url)});
    INFO(ended.out, ended.err);
    CHECK(ended.exit_status == 0);
    for (const char* promise : {"ranges", "validator", "cancel"}) {
      CHECK(contains(ended.out, "pass  fetcher/" + std::string(name) + "/" + promise));
    }
    CHECK_FALSE(clouds.is_told(ended.out + ended.err));
  }
}

}  // namespace
}  // namespace sharkreg::e2e
