// SPDX-License-Identifier: Apache-2.0
#include "azurite.h"

#include <ctime>

#include "shared_key.h"
#include "signing.h"
#include "upload.h"
#include "url_text.h"

namespace sharkreg::test {
namespace {

constexpr const char* secret = "a secret that no text of sharkreg may ever show";
constexpr const char* version = "2023-11-03";

std::string time_text(std::time_t time, const char* format) {
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, format, &parts)};
}

}  // namespace

bool Azurite::is_there() {
  return !find_server("azurite-blob").empty() && !find_server("node").empty();
}

Azurite::Azurite()
    : process_(
          [this](int port) -> std::vector<std::string> {
            // Keys are not for command lines, where all can read them.
            const auto accounts = directory_.write(
                "accounts", std::string("export AZURITE_ACCOUNTS='") + account + ":" + key() + ";" +
                                other_account + ":" + key() + "'\n");
            return {"/bin/sh",
                    "-c",
                    R"(. "$0" && exec "$@")",
                    accounts,
                    find_server("azurite-blob"),
                    "--blobHost",
                    "127.0.0.1",
                    "--blobPort",
                    std::to_string(port),
                    "--location",
                    directory_.path() / "blobs",
                    "--skipApiVersionCheck",
                    "--disableTelemetry"};
          },
          directory_.path() / "output") {}

std::string Azurite::endpoint() const {
  return "http://127.0.0.1:" + std::to_string(port());
}

std::string Azurite::key() {
  return http_fetcher::base64(secret);
}

void Azurite::make_container(const std::string& name, bool is_public) const {
  send(name + "?restype=container", "", is_public ? "x-ms-blob-public-access" : "x-ms-meta-kind",
       is_public ? "blob" : "private");
}

void Azurite::put(const std::string& name, const std::string& content) const {
  send(name, content, "x-ms-blob-type", "BlockBlob");
}

void Azurite::send(const std::string& path_and_query, const std::string& content,
                   const std::string& header, const std::string& value) const {
  const std::string url = endpoint() + "/" + account + "/" + path_and_query;
  const auto parts = http_fetcher::split_url(url);
  azure::SharedKeyRequest request{
      "PUT",
      {{header, value},
       {"content-length", std::to_string(content.size())},
       {"x-ms-date", time_text(std::time(nullptr), "%a, %d %b %Y %H:%M:%S GMT")},
       {"x-ms-version", version}},
      account,
      parts->path,
      parts->query.value_or("")};
  request.headers["authorization"] = request.authorization(secret);
  upload(url, content, request.headers);
}

std::string Azurite::signature_for(const std::string& container, bool is_over) {
  constexpr std::time_t hour = 3600;
  const std::string end =
      time_text(std::time(nullptr) + (is_over ? -hour : hour), "%Y-%m-%dT%H:%M:%SZ");
  // Permissions, beginning, end, what, policy, addresses, protocols, version, kind of what, and
  // seven more of which none is used.
  const std::string text = "r\n\n" + end + "\n/blob/" + account + "/" + container + "\n\n\n\n" +
                           version + "\nc\n\n\n\n\n\n\n";
  const std::string signature = http_fetcher::base64(http_fetcher::hmac_sha256(secret, text));
  return std::string("sv=") + version + "&sr=c&sp=r&se=" + http_fetcher::percent_encoded(end) +
         "&sig=" + http_fetcher::percent_encoded(signature);
}

}  // namespace sharkreg::test
