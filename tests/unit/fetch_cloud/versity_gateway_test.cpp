// SPDX-License-Identifier: Apache-2.0
// The fetcher of S3's objects against a gateway that checks signatures as AWS does.
#include "versity_gateway.h"

#include <doctest/doctest.h>

#include "client.h"
#include "s3_fetcher.h"

namespace s3 {
namespace {

using sharkreg::ArtifactInformation;
using sharkreg::ArtifactPart;
using sharkreg::Failure;
using sharkreg::test::alphabet;
using sharkreg::test::check_alphabet;
using sharkreg::test::contains;
using sharkreg::test::text_of;
using sharkreg::test::VersityGateway;
using Environment = std::map<std::string, std::string>;
using Client = sharkreg::test::Client<S3Fetcher>;

const std::string url = "s3://models/letters";

struct Gateway {
  VersityGateway server;

  Gateway() { server.put("letters", alphabet); }

  Client anonymous() const {
    return Client({{"AWS_ENDPOINT_URL_S3", server.endpoint()}, {"AWS_REGION", server.region}});
  }
  Client client(const Environment& more = {}) const {
    Environment all{{"AWS_ENDPOINT_URL_S3", server.endpoint()},
                    {"AWS_REGION", server.region},
                    {"AWS_ACCESS_KEY_ID", server.key_id},
                    {"AWS_SECRET_ACCESS_KEY", server.secret}};
    for (const auto& [name, value] : more) all[name] = value;
    return Client(all);
  }
};

bool is_missing() {
  if (VersityGateway::is_there()) return false;
  MESSAGE("versitygw is not there: cmake/setup.sh brings it where there is Go");
  return true;
}

TEST_CASE("versitygw: an object is read by a right signature, all of it and in parts") {
  if (is_missing()) return;
  const Gateway gateway;
  Client client = gateway.client();
  const ArtifactInformation information = check_alphabet(client, url);
  CHECK(information.validator == "26 \"c3fcd3d76192e4007dfb496cca67e13b\"");
  CHECK(information.digests.empty());
}

TEST_CASE("versitygw: the SHA-256 that came with an upload is the object's digest") {
  if (is_missing()) return;
  const Gateway gateway;
  gateway.server.put("summed", "abc", true);
  Client client = gateway.client();
  const auto information = client.stat("s3://models/summed");
  REQUIRE(information);
  CHECK(information->digests.at("sha256") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(client.read("s3://models/summed", {1, 1, information->validator}) == "b");
}

TEST_CASE("versitygw: who may not read is told which variables to look at, and no secret") {
  if (is_missing()) return;
  const Gateway gateway;
  const auto text = [](Client client) {
    const Failure stat = client.stat_failure(url);
    CHECK(stat.kind() == Failure::Kind::invalid);
    const Failure read = client.read_failure(url);
    CHECK(read.kind() == Failure::Kind::invalid);
    for (const std::string& shown : {text_of(stat), text_of(read)}) {
      CHECK_FALSE(contains(shown, VersityGateway::secret));
      CHECK_FALSE(contains(shown, VersityGateway::key_id));
      CHECK_FALSE(contains(shown, "wrong-secret"));
    }
    return text_of(stat);
  };
  const std::string anonymous = text(gateway.anonymous());
  CHECK(contains(anonymous, "the server says 403 Forbidden (AccessDenied: Access Denied.)"));
  CHECK(contains(anonymous, "credentials may be missing: set AWS_ACCESS_KEY_ID"));
  const std::string wrong = text(gateway.client({{"AWS_SECRET_ACCESS_KEY", "wrong-secret"}}));
  CHECK(contains(wrong, "(SignatureDoesNotMatch: "));
  CHECK(contains(wrong, "the key of AWS_ACCESS_KEY_ID is wrong"));
  CHECK(contains(text(gateway.client({{"AWS_REGION", "us-east-1"}})),
                 "set AWS_REGION=" + std::string(VersityGateway::region)));
}

TEST_CASE("versitygw: a key in a profile does as well") {
  if (is_missing()) return;
  const Gateway gateway;
  const sharkreg::test::ServerDirectory home;
  home.write("credentials", std::string("[big]\naws_access_key_id = ") + VersityGateway::key_id +
                                "\naws_secret_access_key = " + VersityGateway::secret + "\n");
  home.write("config", "[profile big]\nregion = " + std::string(VersityGateway::region) +
                           "\nendpoint_url = " + gateway.server.endpoint() + "\n");
  Client client(Environment{{"AWS_PROFILE", "big"},
                            {"AWS_SHARED_CREDENTIALS_FILE", home.path() / "credentials"},
                            {"AWS_CONFIG_FILE", home.path() / "config"}});
  CHECK(client.read(url) == alphabet);
}

TEST_CASE("versitygw: what is not there is absent") {
  if (is_missing()) return;
  const Gateway gateway;
  Client client = gateway.client();
  CHECK_FALSE(client.stat("s3://models/nothing"));
  CHECK_FALSE(client.stat("s3://nowhere/nothing"));
  CHECK(client.read_failure("s3://models/nothing").kind() == Failure::Kind::changed);
}

TEST_CASE("versitygw: an object that changes between two questions is found out") {
  if (is_missing()) return;
  const Gateway gateway;
  Client client = gateway.client();
  const std::string validator = client.stat(url)->validator;
  gateway.server.put("letters", "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  const Failure failure = client.read_failure(url, {0, 5, validator});
  CHECK(failure.kind() == Failure::Kind::changed);
  CHECK(contains(failure.what(), "412"));
  CHECK(client.read(url, {0, 5, client.stat(url)->validator}) == "ABCDE");
}

TEST_CASE("versitygw: an empty object has no bytes, and that is all") {
  if (is_missing()) return;
  const Gateway gateway;
  gateway.server.put("empty", "");
  Client client = gateway.client();
  const auto information = client.stat("s3://models/empty");
  REQUIRE(information);
  CHECK(information->size == 0);
  CHECK(client.read("s3://models/empty").empty());
}

TEST_CASE("versitygw: keys are signed as they are sent, however odd they are") {
  if (is_missing()) return;
  const Gateway gateway;
  Client client = gateway.client();
  for (const std::string name :
       {"a%20b", "a%2Bb", "100%25", "a%2520b", "gr%C3%BC%C3%9Fe", "a/b/c.d", "a%3Fb%3Dc", "a%23b",
        "~a-b_c.d", "a%26b%3Dc%2Cd", "%28a%29%27b%27%21%2A", "a%40b%3Ac%3Bd", "a%24b"}) {
    CAPTURE(name);
    gateway.server.put(name, "of " + name);
    CHECK(client.read("s3://models/" + name) == "of " + name);
  }
  // No directory has names such as these, but their signature is right: else this would throw.
  for (const char* name : {"a//b", "/a", "a/./b"}) {
    CAPTURE(name);
    CHECK_NOTHROW(client.stat("s3://models/" + std::string(name)));
  }
  // Written without the escapes that a URL can do without.
  CHECK(client.read("s3://models/a+b") == "of a%2Bb");
  CHECK(client.read("s3://models/(a)'b'!*") == "of %28a%29%27b%27%21%2A");
  CHECK(client.read("s3://models/gr\xC3\xBC\xC3\x9F"
                    "e") == "of gr%C3%BC%C3%9Fe");
}

}  // namespace
}  // namespace s3
