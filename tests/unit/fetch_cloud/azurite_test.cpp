// SPDX-License-Identifier: Apache-2.0
// The fetcher of Azure's blobs against Azurite, which checks signatures as the service does.
#include "azurite.h"

#include <doctest/doctest.h>

#include "azure_fetcher.h"
#include "client.h"
#include "signing.h"

namespace azure {
namespace {

using sharkreg::ArtifactInformation;
using sharkreg::ArtifactPart;
using sharkreg::Failure;
using sharkreg::test::alphabet;
using sharkreg::test::Azurite;
using sharkreg::test::check_alphabet;
using sharkreg::test::contains;
using sharkreg::test::text_of;
using Client = sharkreg::test::Client<AzureFetcher>;

// Azurite with a public container and a private one, and clients of it.
struct Azure {
  Azurite server;

  Azure() {
    server.make_container("open", true);
    server.make_container("closed", false);
    server.put("open/letters", alphabet);
    server.put("closed/letters", alphabet);
  }

  Client client(std::map<std::string, std::string> variables = {}) const {
    variables["SHARKREG_AZURE_ENDPOINT"] = server.endpoint();
    return Client(variables);
  }
  Client with_key() const {
    return client(
        {{"AZURE_STORAGE_ACCOUNT", Azurite::account}, {"AZURE_STORAGE_KEY", Azurite::key()}});
  }
};

bool is_missing() {
  if (Azurite::is_there()) return false;
  MESSAGE("Azurite is not there: cmake/setup.sh brings it");
  return true;
}

void check_reads(Client& client, const std::string& url) {
  const ArtifactInformation information = check_alphabet(client, url);
  CHECK(contains(information.validator, "26 \"0x"));
  CHECK(information.digests.at("md5") == "c3fcd3d76192e4007dfb496cca67e13b");
}

TEST_CASE("azurite: a public blob is read by everybody, in both forms of its URL") {
  if (is_missing()) return;
  const Azure azure;
  Client client = azure.client();
  check_reads(client, "az://acme/open/letters");
  check_reads(client, "https://acme.blob.core.windows.net/open/letters");
}

TEST_CASE("azurite: a private blob is read by key, connection string and SAS") {
  if (is_missing()) return;
  const Azure azure;
  Client with_key = azure.with_key();
  check_reads(with_key, "az://acme/closed/letters");
  check_reads(with_key, "https://acme.blob.core.windows.net/closed/letters");

  Client connected({{"AZURE_STORAGE_CONNECTION_STRING",
                     "DefaultEndpointsProtocol=http;AccountName=acme;AccountKey=" + Azurite::key() +
                         ";BlobEndpoint=" + azure.server.endpoint() + "/acme"}});
  check_reads(connected, "az://acme/closed/letters");

  const std::string signature = Azurite::signature_for("closed");
  Client with_sas = azure.client(
      {{"AZURE_STORAGE_ACCOUNT", "acme"}, {"AZURE_STORAGE_SAS_TOKEN", "?" + signature}});
  check_reads(with_sas, "az://acme/closed/letters");

  Client with_nothing = azure.client();
  check_reads(with_nothing, "az://acme/closed/letters?" + signature);
  // What stands in the URL goes before a key, which would open all.
  const Failure failure =
      with_key.stat_failure("az://acme/closed/letters?" + Azurite::signature_for("open"));
  CHECK(contains(text_of(failure), "the SAS of the URL was used"));
}

TEST_CASE("azurite: who may not read is told which variable to look at, and no secret") {
  if (is_missing()) return;
  const Azure azure;
  const auto text = [](Client client, const std::string& url = "az://acme/closed/letters") {
    const Failure stat = client.stat_failure(url);
    CHECK(stat.kind() == Failure::Kind::invalid);
    const Failure read = client.read_failure(url);
    CHECK(read.kind() == Failure::Kind::invalid);
    CHECK(read.hint() == stat.hint());
    for (const std::string& shown : {text_of(stat), text_of(read)}) {
      CHECK_FALSE(contains(shown, Azurite::key()));
      CHECK_FALSE(contains(shown, "sig="));
      CHECK_FALSE(contains(shown, "SharedKey"));
    }
    return text_of(stat);
  };
  CHECK(
      contains(text(azure.client()), "credentials may be missing: set AZURE_STORAGE_ACCOUNT=acme"));
  // A key of another account is not even tried.
  CHECK(contains(text(azure.client({{"AZURE_STORAGE_ACCOUNT", Azurite::other_account},
                                    {"AZURE_STORAGE_KEY", Azurite::key()}})),
                 "are for another account"));
  const std::string wrong_key = text(azure.client(
      {{"AZURE_STORAGE_ACCOUNT", "acme"}, {"AZURE_STORAGE_KEY", http_fetcher::base64("wrong")}}));
  CHECK(contains(wrong_key, "the server says 403 (AuthorizationFailure: "));
  CHECK(contains(wrong_key, "the key of AZURE_STORAGE_KEY was used"));
  CHECK(contains(
      text(azure.client({{"AZURE_STORAGE_ACCOUNT", "acme"},
                         {"AZURE_STORAGE_SAS_TOKEN", Azurite::signature_for("closed", true)}})),
      "the SAS of AZURE_STORAGE_SAS_TOKEN was used"));
}

TEST_CASE("azurite: what is not there is absent") {
  if (is_missing()) return;
  const Azure azure;
  Client anonymous = azure.client();
  CHECK_FALSE(anonymous.stat("az://acme/open/nothing"));
  Client client = azure.with_key();
  CHECK_FALSE(client.stat("az://acme/closed/nothing"));
  CHECK_FALSE(client.stat("az://acme/nowhere/nothing"));
  CHECK(client.read_failure("az://acme/closed/nothing").kind() == Failure::Kind::changed);
}

TEST_CASE("azurite: a blob that changes between two questions is found out") {
  if (is_missing()) return;
  const Azure azure;
  Client client = azure.with_key();
  const std::string url = "az://acme/closed/letters";
  const std::string validator = client.stat(url)->validator;
  azure.server.put("closed/letters", "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  CHECK(client.read_failure(url, {0, 5, validator}).kind() == Failure::Kind::changed);
  CHECK(client.read_failure(url, {0, ArtifactPart::to_end, validator}).kind() ==
        Failure::Kind::changed);
  CHECK(client.read(url, {0, 5, client.stat(url)->validator}) == "ABCDE");
}

TEST_CASE("azurite: an empty blob has no bytes, and that is all") {
  if (is_missing()) return;
  const Azure azure;
  azure.server.put("closed/empty", "");
  Client client = azure.with_key();
  const auto information = client.stat("az://acme/closed/empty");
  REQUIRE(information);
  CHECK(information->size == 0);
  CHECK(client.read("az://acme/closed/empty").empty());
  CHECK(client.read("az://acme/closed/empty", {0, ArtifactPart::to_end, information->validator})
            .empty());
  // A service that has no beginning of nothing is asked again as it always was.
  const Failure failure = sharkreg::test::failure_of([&] {
    client.fetcher.get(
        "az://acme/closed/empty", 100, [](const ArtifactInformation&) { return true; },
        [](const void*, std::size_t) { return true; });
  });
  CHECK(failure.kind() == Failure::Kind::unsupported);
}

TEST_CASE("azurite: names are signed as they are sent, however odd they are") {
  if (is_missing()) return;
  const Azure azure;
  Client client = azure.with_key();
  for (const std::string name :
       {"a%20b", "a%2Bb", "a+b", "100%25", "a%2520b", "gr%C3%BC%C3%9Fe", "a/b/c.d", "a//b", "/a",
        "a/../b", "a%3Fb%3Dc", "a%23b", "~a-b_c.d", "a%26b=c,d", "(a)%27b%27!*", "a@b:c;d"}) {
    CAPTURE(name);
    azure.server.put("closed/" + name, "of " + name);
    CHECK(client.read("az://acme/closed/" + name) == "of " + name);
  }
  CHECK(client.read("az://acme/closed/gr\xC3\xBC\xC3\x9F"
                    "e") == "of gr%C3%BC%C3%9Fe");
}

}  // namespace
}  // namespace azure
