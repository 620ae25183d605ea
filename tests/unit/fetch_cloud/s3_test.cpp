// SPDX-License-Identifier: Apache-2.0
// The fetcher of S3's objects: its URLs, its environment, and what it makes of answers of AWS.
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <doctest/doctest.h>

#include "client.h"
#include "profile.h"
#include "s3_fetcher.h"
#include "scripted_server.h"
#include "server_process.h"

namespace s3 {
namespace {

using sharkreg::Failure;
using sharkreg::test::contains;
using sharkreg::test::failure_of;
using sharkreg::test::HttpRequest;
using sharkreg::test::HttpResponse;
using sharkreg::test::ScriptedServer;
using sharkreg::test::ServerDirectory;
using sharkreg::test::text_of;
using Environment = std::map<std::string, std::string>;
using Client = sharkreg::test::Client<S3Fetcher>;

Settings settings_of(const Environment& environment) {
  return Settings::of([&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  });
}

std::string url_of(const std::string& url, const Environment& environment = {}) {
  return settings_of(environment).url_of(ObjectUrl::parse(url));
}

HttpResponse refusal(int status, const std::string& code, const std::string& more = "",
                     std::vector<std::string> headers = {}) {
  headers.push_back("Content-Type: application/xml");
  HttpResponse response = HttpResponse::of("<?xml version=\"1.0\"?>\n<Error><Code>" + code +
                                               "</Code><Message>It says &#34;no&#34; &amp; no more."
                                               "</Message>" +
                                               more + "</Error>",
                                           std::move(headers));
  response.status = status;
  return response;
}

TEST_CASE("s3: a URL names bucket and key") {
  const ObjectUrl object = ObjectUrl::parse("S3://My.Bucket_1/a%20b//c+d%25/../x\xC3\xBC");
  CHECK(object.bucket == "My.Bucket_1");
  CHECK(object.key == "a b//c+d%/../x\xC3\xBC");
  CHECK(ObjectUrl::parse("s3://b//k").key == "/k");
  for (const char* url : {"s3://", "s3:///k", "s3://b", "s3://b/", "s3://b:1/k", "s3://u@b/k",
                          "s3://b/k?versionId=1", "s3://b/k#x", "s3://b/%zz", "az://b/k", "b/k"}) {
    CAPTURE(url);
    const Failure failure = failure_of([&] { ObjectUrl::parse(url); });
    CHECK(failure.kind() == Failure::Kind::invalid);
    CHECK_FALSE(failure.hint().empty());
  }
}

TEST_CASE("s3: buckets are hosts at AWS, and directories elsewhere") {
  CHECK(url_of("s3://models/a b+c/d") == "https://models.s3.us-east-1.amazonaws.com/a%20b%2Bc/d");
  CHECK(url_of("s3://models/k", {{"AWS_DEFAULT_REGION", "eu-west-1"}}) ==
        "https://models.s3.eu-west-1.amazonaws.com/k");
  CHECK(url_of("s3://models/k", {{"AWS_DEFAULT_REGION", "x"}, {"AWS_REGION", "cn-north-1"}}) ==
        "https://models.s3.cn-north-1.amazonaws.com.cn/k");
  CHECK(url_of("s3://models/k", {{"SHARKREG_S3_PATH_STYLE", "1"}}) ==
        "https://s3.us-east-1.amazonaws.com/models/k");
  // The certificate is for one level below, and hosts have no capitals.
  CHECK(url_of("s3://my.models/k") == "https://s3.us-east-1.amazonaws.com/my.models/k");
  CHECK(url_of("s3://Models/k") == "https://s3.us-east-1.amazonaws.com/Models/k");
  CHECK(url_of("s3://models/k", {{"AWS_ENDPOINT_URL", "https://S3.example:443/x/"}}) ==
        "https://s3.example/x/models/k");
  CHECK(url_of("s3://models//k",
               {{"AWS_ENDPOINT_URL", "http://a"}, {"AWS_ENDPOINT_URL_S3", "http://b:9000"}}) ==
        "http://b:9000/models//k");
}

TEST_CASE("s3: a file of profiles is read as the AWS tools do") {
  const auto sections = parse_sections(
      "x = before any\n# comment\n[default]\r\nregion=eu-west-1\r\n; comment\n[profile  big one ]\n"
      "AWS_Access_Key_Id =  a=b \ns3 =\n  addressing_style = path\nnonsense\n[profile\nz = "
      "1\n[]\n");
  CHECK(sections.at("default") == Section{{"region", "eu-west-1"}});
  CHECK(sections.at("profile big one") == Section{{"aws_access_key_id", "a=b"}, {"s3", ""}});
  CHECK(parse_sections("").empty());
}

TEST_CASE("s3: keys come from the environment, else from a profile, else there are none") {
  const ServerDirectory home;
  home.write(".aws/credentials",
             "[default]\naws_access_key_id = d\naws_secret_access_key = e\n"
             "[big]\naws_access_key_id = b\naws_secret_access_key = c\naws_session_token = t\n");
  home.write(".aws/config",
             "[default]\nregion = eu-west-1\n[profile big]\nregion = eu-west-2\n"
             "endpoint_url = http://127.0.0.1:9000\naws_access_key_id = not this one\n"
             "[profile sso]\nsso_session = s\n");
  Environment environment{{"HOME", home.path()}};
  CHECK(settings_of({{"HOME", "/nowhere"}}).key_id.empty());
  CHECK(settings_of({{"HOME", "/nowhere"}}).region == "us-east-1");
  CHECK(settings_of(environment).key_id == "d");
  CHECK(settings_of(environment).region == "eu-west-1");
  CHECK(settings_of(environment).source == "the profile \"default\"");

  environment["AWS_PROFILE"] = "big";
  const Settings big = settings_of(environment);
  CHECK(big.key_id == "b");
  CHECK(big.secret == "c");
  CHECK(big.session_token == "t");
  CHECK(big.region == "eu-west-2");
  CHECK(big.endpoint == "http://127.0.0.1:9000");
  CHECK(big.path_style);

  environment["AWS_ACCESS_KEY_ID"] = "f";
  environment["AWS_SECRET_ACCESS_KEY"] = "g";
  CHECK(settings_of(environment).key_id == "f");
  CHECK(settings_of(environment).session_token.empty());
  CHECK(settings_of(environment).source == "AWS_ACCESS_KEY_ID");

  const auto other =
      home.write("other", "[default]\naws_access_key_id=h\naws_secret_access_key=i\n");
  CHECK(settings_of({{"HOME", home.path()}, {"AWS_SHARED_CREDENTIALS_FILE", other}}).key_id == "h");
  const auto config = home.write("config", "[default]\nregion=x\n");
  CHECK(settings_of({{"HOME", home.path()}, {"AWS_CONFIG_FILE", config}}).region == "x");
}

TEST_CASE("s3: what is wrong in the environment is named and not shown") {
  const ServerDirectory home;
  home.write(".aws/config",
             "[profile sso]\nsso_session = s\n[profile half]\n"
             "aws_secret_access_key = swordfish\n");
  const auto trouble = [&](Environment environment) {
    environment["HOME"] = home.path();
    const Failure failure = failure_of([&] { settings_of(environment); });
    CHECK(failure.kind() == Failure::Kind::invalid);
    CHECK_FALSE(failure.hint().empty());
    CHECK_FALSE(contains(text_of(failure), "swordfish"));
    return std::string(failure.what());
  };
  CHECK(trouble({{"AWS_SECRET_ACCESS_KEY", "swordfish"}}) ==
        "AWS_SECRET_ACCESS_KEY is set, and AWS_ACCESS_KEY_ID is not");
  CHECK(trouble({{"AWS_ACCESS_KEY_ID", "swordfish"}}) ==
        "AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not");
  CHECK(contains(trouble({{"AWS_PROFILE", "none"}}), "AWS_PROFILE names the profile \"none\""));
  CHECK(contains(trouble({{"AWS_PROFILE", "sso"}}), "gets its key by sso_session"));
  CHECK(contains(trouble({{"AWS_PROFILE", "half"}}), "the profile \"half\" has but one of"));
  CHECK(contains(trouble({{"AWS_REGION", "eu/../"}}), "is no region"));
  CHECK(contains(trouble({{"AWS_ENDPOINT_URL", "http://u:swordfish@h"}}), "AWS_ENDPOINT_URL"));
}

TEST_CASE("s3: a request is signed, with the session's token, and nothing else is sent along") {
  ScriptedServer server([](const HttpRequest& request) {
    return HttpResponse::file(request, "abc", "\"0123456789abcdef0123456789abcdef\"");
  });
  Client client(
      {{"AWS_ENDPOINT_URL", server.url("")}, {"SHARKREG_HTTP_TOKEN_127_0_0_1", "swordfish"}});
  const auto information = client.stat("s3://models/a/../b");
  REQUIRE(information);
  CHECK(information->validator == "3 \"0123456789abcdef0123456789abcdef\"");
  CHECK(information->digests.empty());
  CHECK(server.requests().back().path == "/models/a/../b");
  CHECK(server.requests().back().header("authorization").empty());
  CHECK(server.requests().back().header("x-amz-checksum-mode") == "ENABLED");
  client.host.variables["AWS_ACCESS_KEY_ID"] = "KEY";
  client.host.variables["AWS_SECRET_ACCESS_KEY"] = "swordfish";
  client.host.variables["AWS_SESSION_TOKEN"] = "TOKEN";
  CHECK(client.read("s3://models/k", {1, 2, {}}) == "bc");
  const HttpRequest request = server.requests().back();
  CHECK(request.header("x-amz-security-token") == "TOKEN");
  const std::string authorization = request.header("authorization");
  CHECK(contains(authorization, "AWS4-HMAC-SHA256 Credential=KEY/"));
  CHECK(contains(authorization,
                 "/us-east-1/s3/aws4_request,SignedHeaders=host;x-amz-checksum-mode;"
                 "x-amz-content-sha256;x-amz-date;x-amz-security-token,"));
}

TEST_CASE("s3: another region is named, and redirects to it are not followed") {
  ScriptedServer elsewhere([](const HttpRequest&) { return HttpResponse::of("abc"); });
  HttpResponse answer = refusal(301, "PermanentRedirect", "", {"x-amz-bucket-region: eu-west-3"});
  ScriptedServer server([&](const HttpRequest&) { return answer; });
  Client client({{"AWS_ENDPOINT_URL", server.url("")}});
  const auto hint = [&] {
    const Failure failure = client.stat_failure("s3://models/k");
    CHECK(failure.kind() == Failure::Kind::invalid);
    CHECK(client.read_failure("s3://models/k").kind() == Failure::Kind::invalid);
    return failure.hint();
  };
  CHECK(hint() == "the bucket is in another region: set AWS_REGION=eu-west-3");
  answer = refusal(400, "AuthorizationHeaderMalformed", "<Region>eu-west-4</Region>");
  CHECK(hint() == "the bucket is in another region: set AWS_REGION=eu-west-4");
  answer = refusal(307, "TemporaryRedirect", "", {"Location: " + elsewhere.url("/x")});
  CHECK(contains(hint(), "set AWS_REGION"));
  CHECK(elsewhere.requests().empty());
}

TEST_CASE("s3: a refusal says what the service says, and which variables to look at") {
  HttpResponse answer;
  ScriptedServer server([&](const HttpRequest&) { return answer; });
  Client client({{"AWS_ENDPOINT_URL", server.url("")}});
  const auto text = [&](int status, const std::string& code) {
    answer = refusal(status, code, "<StringToSign>tell-tale</StringToSign>");
    const Failure failure = client.stat_failure("s3://models/k");
    CHECK(failure.kind() == Failure::Kind::invalid);
    CHECK_FALSE(contains(text_of(failure), "tell-tale"));
    CHECK_FALSE(contains(text_of(failure), "swordfish"));
    return text_of(failure);
  };
  CHECK(text(403, "AccessDenied") ==
        "s3://models/k: the server says 403 Scripted (AccessDenied: It says \"no\" & no more.) | "
        "credentials may be missing: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
        "AWS_PROFILE");
  client.host.variables["AWS_ACCESS_KEY_ID"] = "KEY";
  client.host.variables["AWS_SECRET_ACCESS_KEY"] = "swordfish";
  CHECK(contains(text(403, "SignatureDoesNotMatch"), "the key of AWS_ACCESS_KEY_ID is wrong"));
  CHECK(contains(text(403, "InvalidAccessKeyId"), "the key of AWS_ACCESS_KEY_ID is wrong"));
  CHECK(contains(text(403, "AccessDenied"), "it may not read this"));
  CHECK(contains(text(403, "RequestTimeTooSkewed"), "clock"));
  CHECK(contains(text(400, "ExpiredToken"), "AWS_SESSION_TOKEN"));
  answer = refusal(404, "NoSuchKey");
  CHECK_FALSE(client.stat("s3://models/k"));
  answer = refusal(503, "SlowDown");
  CHECK(client.stat_failure("s3://models/k").kind() == Failure::Kind::failed);
}

TEST_CASE("s3: the SHA-256 of all of an object is its digest, that of its parts is not") {
  const std::string sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const std::string header = "x-amz-checksum-sha256: ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
  HttpResponse answer;
  ScriptedServer server([&](const HttpRequest&) { return answer; });
  Client client({{"AWS_ENDPOINT_URL", server.url("")}});
  const auto digests = [&](std::vector<std::string> headers) {
    answer = HttpResponse::of("abc", std::move(headers));
    return client.stat("s3://models/k")->digests;
  };
  CHECK(digests({header}).at("sha256") == sha256);
  CHECK(digests({header, "x-amz-checksum-type: FULL_OBJECT"}).at("sha256") == sha256);
  CHECK(digests({header, "x-amz-checksum-type: COMPOSITE"}).empty());
  CHECK(digests({header + "-3"}).empty());
  sharkreg::ArtifactInformation information;
  answer = HttpResponse::of("abc", {header, "Content-Range: bytes 0-2/3"});
  answer.status = 206;
  CHECK(client.get("s3://models/k", 100, information) == "abc");
  CHECK(information.digests.at("sha256") == sha256);
  answer = HttpResponse::of("abc", {header, "Content-Range: bytes 0-2/4"});
  answer.status = 206;
  CHECK(client.get("s3://models/k", 3, information) == "abc");
  CHECK(information.digests.empty());
}

}  // namespace
}  // namespace s3
