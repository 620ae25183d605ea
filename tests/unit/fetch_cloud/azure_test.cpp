// SPDX-License-Identifier: Apache-2.0
// The fetcher of Azure's blobs: its URLs, its environment, and what it makes of answers that no
// emulator gives.
#include <doctest/doctest.h>

#include "azure_fetcher.h"
#include "client.h"
#include "scripted_server.h"
#include "signing.h"

namespace azure {
namespace {

using sharkreg::Failure;
using sharkreg::test::contains;
using sharkreg::test::failure_of;
using sharkreg::test::HttpRequest;
using sharkreg::test::HttpResponse;
using sharkreg::test::ScriptedServer;
using sharkreg::test::text_of;
using Environment = std::map<std::string, std::string>;
using Client = sharkreg::test::Client<AzureFetcher>;

const std::string key = "swordfish and chips";
const std::string key_text = http_fetcher::base64(key);

StorageAccount account_of(const std::string& url, const Environment& environment = {}) {
  return StorageAccount::of(BlobUrl::parse(url), [&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  });
}

bool has_credentials(const StorageAccount& account) {
  return !account.key.empty() || !account.shared_access_signature.empty();
}

HttpResponse refusal(int status, const std::string& code, const std::string& message) {
  HttpResponse response =
      HttpResponse::of("\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>" +
                           code + "</Code><Message>" + message +
                           "\nRequestId:1\nTime:2</Message><AuthenticationErrorDetail>tell-tale"
                           "</AuthenticationErrorDetail></Error>",
                       {"Content-Type: application/xml", "x-ms-error-code: " + code});
  response.status = status;
  return response;
}

TEST_CASE("azure: both forms of a URL name account, container and blob") {
  const BlobUrl az = BlobUrl::parse("az://acme/models/a%20b/c+d%25.bin?sv=1&sig=2");
  CHECK(az.account == "acme");
  CHECK(az.service.empty());
  CHECK(az.path == "/models/a%20b/c%2Bd%25.bin");
  CHECK(az.query == "sv=1&sig=2");
  const BlobUrl plain = BlobUrl::parse("https://Acme.blob.core.windows.net/$web/x\xC3\xBC");
  CHECK(plain.account == "acme");
  CHECK(plain.service == "https://acme.blob.core.windows.net");
  CHECK(plain.path == "/$web/x%C3%BC");
  CHECK(plain.query.empty());
}

TEST_CASE("azure: what names no blob is refused without its query") {
  for (const char* url : {"az://", "az:///c/b", "az://acme", "az://acme/c", "az://acme/c/",
                          "az://acme//b", "az://a_b/c/b", "az://a@b/c/b", "az://a:1/c/b",
                          "https://acme.example/c/b", "https://.blob.core.windows.net/c/b",
                          "az://acme/c/%zz", "az://acme/c/b#x", "s3://a/b", "acme/c/b", ""}) {
    CAPTURE(url);
    const Failure failure =
        failure_of([&] { BlobUrl::parse(std::string(url) + "?sig=swordfish"); });
    CHECK(failure.kind() == Failure::Kind::invalid);
    CHECK_FALSE(contains(text_of(failure), "swordfish"));
    CHECK_FALSE(failure.hint().empty());
  }
}

TEST_CASE("azure: a connection string is read with all its parts") {
  const auto fields = parse_connection_string(" AccountName=acme ;AccountKey=a+b==; ;X=;");
  CHECK(fields == std::map<std::string, std::string>{
                      {"AccountName", "acme"}, {"AccountKey", "a+b=="}, {"X", ""}});
  const Failure failure = failure_of([] { parse_connection_string("swordfish"); });
  CHECK(contains(failure.what(), "AZURE_STORAGE_CONNECTION_STRING"));
  CHECK_FALSE(contains(text_of(failure), "swordfish"));
}

TEST_CASE("azure: credentials come from the environment, the connection string first") {
  const std::string url = "az://acme/c/b";
  const std::string service = "https://acme.blob.core.windows.net";
  CHECK_FALSE(has_credentials(account_of(url)));
  CHECK(account_of(url).service == service);

  Environment named{{"AZURE_STORAGE_ACCOUNT", "acme"}, {"AZURE_STORAGE_SAS_TOKEN", "?sv=1&sig=2"}};
  CHECK(account_of(url, named).shared_access_signature == "sv=1&sig=2");
  CHECK(account_of(url, named).variable == "AZURE_STORAGE_SAS_TOKEN");
  named["AZURE_STORAGE_KEY"] = key_text + "\n";
  CHECK(account_of(url, named).key == key);
  CHECK(account_of(url, named).shared_access_signature.empty());
  named["AZURE_STORAGE_CONNECTION_STRING"] =
      "AccountName=acme;AccountKey=" + http_fetcher::base64("other");
  CHECK(account_of(url, named).key == "other");
  CHECK(account_of(url, named).variable == "AZURE_STORAGE_CONNECTION_STRING");
  CHECK(account_of(url, named).service == service);
  named["AZURE_STORAGE_CONNECTION_STRING"] = "AccountName=umbra;AccountKey=" + key_text;
  CHECK(account_of(url, named).key == key);

  // What the URL has itself goes before all.
  const StorageAccount own = account_of(url + "?sv=3&sig=4", named);
  CHECK(own.shared_access_signature == "sv=3&sig=4");
  CHECK(own.key.empty());
  // A query without a signature is none.
  CHECK(account_of(url + "?snapshot=2026", named).key == key);
}

TEST_CASE("azure: a connection string says where its account is") {
  const auto connected = [](const std::string& text, const std::string& url = "az://acme/c/b") {
    return account_of(url, {{"AZURE_STORAGE_CONNECTION_STRING", text}});
  };
  const std::string with_key = ";AccountKey=" + key_text;
  CHECK(connected("AccountName=acme;EndpointSuffix=core.chinacloudapi.cn" + with_key).service ==
        "https://acme.blob.core.chinacloudapi.cn");
  CHECK(connected("DefaultEndpointsProtocol=http;AccountName=acme" + with_key).service ==
        "http://acme.blob.core.windows.net");
  CHECK(
      connected("AccountName=acme;BlobEndpoint=http://127.0.0.1:10000/acme/" + with_key).service ==
      "http://127.0.0.1:10000/acme");
  const StorageAccount unnamed = connected(
      "BlobEndpoint=https://acme.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=2");
  CHECK(unnamed.name == "acme");
  CHECK(unnamed.shared_access_signature == "sv=1&sig=2");
  CHECK(connected("BlobEndpoint=http://127.0.0.1:1/acme;SharedAccessSignature=sig=2").name ==
        "acme");
  // An account of another cloud has only its name in common.
  CHECK_FALSE(
      has_credentials(connected("AccountName=acme;EndpointSuffix=core.chinacloudapi.cn" + with_key,
                                "https://acme.blob.core.windows.net/c/b")));
}

TEST_CASE("azure: credentials are for one account at one service, and sent to no other") {
  const Environment all{
      {"AZURE_STORAGE_CONNECTION_STRING", "AccountName=acme;AccountKey=" + key_text},
      {"AZURE_STORAGE_ACCOUNT", "acme"},
      {"AZURE_STORAGE_KEY", key_text},
      {"AZURE_STORAGE_SAS_TOKEN", "sig=2"}};
  CHECK(has_credentials(account_of("az://acme/c/b", all)));
  CHECK(has_credentials(account_of("https://acme.blob.core.windows.net/c/b", all)));
  for (const char* url :
       {"az://umbra/c/b", "az://acme2/c/b", "https://umbra.blob.core.windows.net/c/b",
        "http://acme.blob.core.windows.net/c/b", "https://acme.blob.core.windows.net:8443/c/b",
        "https://acme.blob.core.windows.net.evil.example/c/b", "https://acme.blob.evil.example/c/b",
        "https://acme.blob.core.windows.net@evil.example/c/b",
        "https://acme.blob.x@evil.example/c/b"}) {
    CAPTURE(url);
    const StorageAccount account = account_of(url, all);
    CHECK_FALSE(has_credentials(account));
    CHECK(contains(account.missing, "those that are set are for another account or service"));
  }
  // What it is not said of whom it is is nobody's.
  const StorageAccount account = account_of("az://acme/c/b", {{"AZURE_STORAGE_KEY", key_text}});
  CHECK_FALSE(has_credentials(account));
  CHECK(contains(account.missing, "set AZURE_STORAGE_ACCOUNT"));
}

TEST_CASE("azure: another server stands in for the public cloud, and for nothing else") {
  const Environment there{{"SHARKREG_AZURE_ENDPOINT", "http://127.0.0.1:10000/"},
                          {"AZURE_STORAGE_ACCOUNT", "acme"},
                          {"AZURE_STORAGE_KEY", key_text}};
  CHECK(account_of("az://acme/c/b", there).service == "http://127.0.0.1:10000/acme");
  CHECK(account_of("az://acme/c/b", there).key == key);
  CHECK(account_of("az://umbra/c/b", there).service == "http://127.0.0.1:10000/umbra");
  CHECK(account_of("https://acme.blob.core.windows.net/c/b", there).service ==
        "http://127.0.0.1:10000/acme");
  CHECK(account_of("https://acme.blob.core.chinacloudapi.cn/c/b", there).service ==
        "https://acme.blob.core.chinacloudapi.cn");
}

TEST_CASE("azure: what is wrong in the environment is named and not shown") {
  const auto trouble = [](const Environment& environment) {
    const Failure failure = failure_of([&] { account_of("az://acme/c/b", environment); });
    CHECK(failure.kind() == Failure::Kind::invalid);
    CHECK_FALSE(contains(text_of(failure), "swordfish"));
    return std::string(failure.what());
  };
  CHECK(contains(trouble({{"AZURE_STORAGE_ACCOUNT", "acme"}, {"AZURE_STORAGE_KEY", "swordfish!"}}),
                 "AZURE_STORAGE_KEY holds no key"));
  const char* connection = "AZURE_STORAGE_CONNECTION_STRING";
  CHECK(contains(trouble({{connection, "AccountName=acme;AccountKey=swordfish!"}}), connection));
  CHECK(contains(trouble({{connection, "AccountKey=swordfish!"}}), "names no account"));
  CHECK(contains(trouble({{connection, "AccountName=a;BlobEndpoint=swordfish"}}), connection));
  CHECK(contains(trouble({{"SHARKREG_AZURE_ENDPOINT", "swordfish"}}), "SHARKREG_AZURE_ENDPOINT"));
}

TEST_CASE("azure: a SAS is not sent where all can read it") {
  const Environment there{{"SHARKREG_AZURE_ENDPOINT", "http://azurite.example:10000"},
                          {"AZURE_STORAGE_ACCOUNT", "acme"},
                          {"AZURE_STORAGE_SAS_TOKEN", "sig=swordfish"}};
  for (const char* url : {"az://acme/c/b", "az://acme/c/b?sig=swordfish",
                          "http://acme.blob.core.windows.net/c/b?sig=swordfish"}) {
    const Failure failure = failure_of([&] { account_of(url, there); });
    CHECK(contains(failure.what(), "is not sent to"));
    CHECK_FALSE(contains(text_of(failure), "swordfish"));
  }
  Environment with_key = there;
  with_key["AZURE_STORAGE_KEY"] = key_text;
  CHECK(account_of("az://acme/c/b", with_key).key == key);
}

TEST_CASE("azure: nothing but what is for the account is sent along") {
  ScriptedServer server(
      [](const HttpRequest& request) { return HttpResponse::file(request, "abc", "\"0x1\""); });
  Client client({{"SHARKREG_AZURE_ENDPOINT", server.url("")},
                 {"SHARKREG_HTTP_TOKEN_127_0_0_1", "swordfish"},
                 {"AZURE_STORAGE_ACCOUNT", "acme"},
                 {"AZURE_STORAGE_KEY", key_text}});
  CHECK(client.read("az://umbra/c/b") == "abc");
  CHECK(server.requests().back().path == "/umbra/c/b");
  CHECK(server.requests().back().header("authorization").empty());
  CHECK(server.requests().back().header("x-ms-version") == "2023-11-03");
  CHECK(client.read("az://acme/c/b") == "abc");
  CHECK(contains(server.requests().back().header("authorization"), "SharedKey acme:"));
  CHECK(client.read("az://acme/c/b?snapshot=1&sv=2&sig=3") == "abc");
  CHECK(server.requests().back().path == "/acme/c/b?snapshot=1&sv=2&sig=3");
  CHECK(server.requests().back().header("authorization").empty());
  client.host.variables.erase("AZURE_STORAGE_KEY");
  client.host.variables["AZURE_STORAGE_SAS_TOKEN"] = "?sv=4&sig=5";
  CHECK(client.read("az://acme/c/b?snapshot=1") == "abc");
  CHECK(server.requests().back().path == "/acme/c/b?snapshot=1&sv=4&sig=5");
}

TEST_CASE("azure: a redirect is not followed, nor is anything sent after it") {
  ScriptedServer elsewhere([](const HttpRequest&) { return HttpResponse::of("abc"); });
  ScriptedServer server([&](const HttpRequest&) {
    HttpResponse response = HttpResponse::of("", {"Location: " + elsewhere.url("/x")});
    response.status = 302;
    return response;
  });
  Client client({{"SHARKREG_AZURE_ENDPOINT", server.url("")}});
  CHECK(client.stat_failure("az://acme/c/b?sig=1").kind() == Failure::Kind::invalid);
  CHECK(elsewhere.requests().empty());
}

TEST_CASE("azure: a refusal says what the service says, and which variable is missing") {
  HttpResponse answer = refusal(409, "PublicAccessNotPermitted", "Public access is not permitted.");
  ScriptedServer server([&](const HttpRequest&) { return answer; });
  Client client({{"SHARKREG_AZURE_ENDPOINT", server.url("")}});
  const auto text = [&] {
    const Failure failure = client.stat_failure("az://acme/c/b");
    CHECK(failure.kind() == Failure::Kind::invalid);
    return text_of(failure);
  };
  CHECK(contains(text(),
                 "az://acme/c/b: the server says 409 Scripted (PublicAccessNotPermitted: "
                 "Public access is not permitted.) | credentials may be missing: set "
                 "AZURE_STORAGE_ACCOUNT=acme with AZURE_STORAGE_KEY"));
  answer = refusal(404, "ResourceNotFound", "The specified resource does not exist.");
  CHECK(contains(text(), "credentials may be missing"));
  answer = refusal(404, "BlobNotFound", "The specified blob does not exist.");
  CHECK_FALSE(client.stat("az://acme/c/b"));
  answer = refusal(404, "ContainerNotFound", "The specified container does not exist.");
  CHECK_FALSE(client.stat("az://acme/c/b"));

  // To who has credentials it is simply not there.
  client.host.variables["AZURE_STORAGE_ACCOUNT"] = "acme";
  client.host.variables["AZURE_STORAGE_KEY"] = key_text;
  answer = refusal(404, "ResourceNotFound", "The specified resource does not exist.");
  CHECK_FALSE(client.stat("az://acme/c/b"));
  answer = refusal(403, "AuthenticationFailed", "Make sure that it is &quot;right&quot;.");
  const std::string denied = text();
  CHECK(contains(denied, "(AuthenticationFailed: Make sure that it is \"right\".)"));
  CHECK(contains(denied, "the key of AZURE_STORAGE_KEY was used"));
  CHECK_FALSE(contains(denied, "tell-tale"));
  answer = refusal(503, "ServerBusy", "Busy.");
  CHECK(client.stat_failure("az://acme/c/b").kind() == Failure::Kind::failed);
}

TEST_CASE("azure: no text shows a SAS, wherever it is from and whatever fails") {
  const std::string secret = "swordfish";
  HttpResponse answer = refusal(403, "AuthenticationFailed", "No.");
  ScriptedServer server([&](const HttpRequest&) { return answer; });
  for (const std::string& endpoint :
       {server.url(""), std::string("http://127.0.0.1:1"), std::string("http://[::1")}) {
    for (const std::string url : {"az://acme/c/b", "az://acme/c/b?sv=1&sig=swordfish"}) {
      Client client({{"SHARKREG_AZURE_ENDPOINT", endpoint},
                     {"AZURE_STORAGE_ACCOUNT", "acme"},
                     {"AZURE_STORAGE_SAS_TOKEN", "sv=1&sig=swordfish"}});
      CHECK_FALSE(contains(text_of(client.stat_failure(url)), secret));
      CHECK_FALSE(contains(text_of(client.read_failure(url)), secret));
      CHECK_FALSE(contains(text_of(client.read_failure(url, {3, 4, "9 \"x\""})), secret));
    }
  }
  answer = HttpResponse::of("abc");
  answer.reset_after = 1;
  Client client({{"SHARKREG_AZURE_ENDPOINT", server.url("")}});
  CHECK_FALSE(contains(text_of(client.read_failure("az://acme/c/b?sig=swordfish")), secret));
}

TEST_CASE("azure: the MD5 of all of a blob is its digest, that of a part is not") {
  HttpResponse answer =
      HttpResponse::of("abc", {"ETag: \"0x1\"", "Content-MD5: kAFQmDzST7DWlj99KOF/cg=="});
  ScriptedServer server([&](const HttpRequest&) { return answer; });
  Client client({{"SHARKREG_AZURE_ENDPOINT", server.url("")}});
  CHECK(client.stat("az://acme/c/b")->digests.at("md5") == "900150983cd24fb0d6963f7d28e17f72");
  sharkreg::ArtifactInformation information;
  answer = HttpResponse::of(
      "a", {"Content-Range: bytes 0-0/3", "Content-MD5: DMF1ucDxtqgxw5niaXcmYQ=="});
  answer.status = 206;
  CHECK(client.get("az://acme/c/b", 1, information) == "a");
  CHECK(information.digests.empty());
  answer.headers.push_back("x-ms-blob-content-md5: kAFQmDzST7DWlj99KOF/cg==");
  CHECK(client.get("az://acme/c/b", 1, information) == "a");
  CHECK(information.digests.at("md5") == "900150983cd24fb0d6963f7d28e17f72");
}

}  // namespace
}  // namespace azure
