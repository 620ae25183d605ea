// SPDX-License-Identifier: Apache-2.0
#include "azure_fetcher.h"

#include <ctime>

#include "shared_key.h"
#include "signing.h"
#include "url_text.h"

namespace azure {
namespace {

using http_fetcher::Answer;
using http_fetcher::Request;

constexpr const char* service_version = "2023-11-03";

// "Fri, 26 Jun 2015 23:39:12 GMT", whatever the locale.
std::string http_date(std::time_t time) {
  constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char rest[32];
  const std::size_t size = std::strftime(rest, sizeof rest, "%Y %H:%M:%S GMT", &parts);
  const std::string day = std::to_string(parts.tm_mday);
  return std::string(days[parts.tm_wday]) + ", " + (day.size() < 2 ? "0" : "") + day + " " +
         months[parts.tm_mon] + " " + std::string(rest, size);
}

std::map<std::string, std::string> headers_of(const Request& request) {
  std::map<std::string, std::string> headers;
  for (const std::string& header : request.headers) {
    const std::size_t colon = header.find(':');
    headers[http_fetcher::in_lower_case(header.substr(0, colon))] =
        http_fetcher::without_spaces_around(header.substr(colon + 1));
  }
  if (!request.range.empty()) headers["range"] = "bytes=" + request.range;
  return headers;
}

}  // namespace

sharkreg::FetcherDescription AzureFetcher::describe() const {
  return {
      {"az"},
      {"*.blob.core.windows.net", "*.blob.core.usgovcloudapi.net", "*.blob.core.chinacloudapi.cn"}};
}

Request AzureFetcher::request_for(const std::string& url) {
  const BlobUrl blob = BlobUrl::parse(url);
  account_ = StorageAccount::of(
      blob, [this](const char* name) { return host().environment(name).value_or(""); });
  std::string query = blob.query;
  const std::string& signature = account_.shared_access_signature;
  if (!signature.empty() && signature != query) query += (query.empty() ? "" : "&") + signature;
  Request request;
  request.url = account_.service + blob.path + (query.empty() ? "" : "?" + query);
  request.follow_redirects = false;
  request.path_as_is = true;
  request.is_signed = true;
  request.headers.push_back("x-ms-version: " + std::string(service_version));
  return request;
}

void AzureFetcher::sign(Request& request) {
  if (account_.key.empty()) return;
  request.headers.push_back("x-ms-date: " + http_date(std::time(nullptr)));
  const auto parts = http_fetcher::split_url(request.url);
  const SharedKeyRequest signed_request{request.head_only ? "HEAD" : "GET", headers_of(request),
                                        account_.name, parts->path, parts->query.value_or("")};
  request.headers.push_back("Authorization: " + signed_request.authorization(account_.key));
}

void AzureFetcher::learn(const Answer& answer, sharkreg::ArtifactInformation& information) {
  // Of the whole blob, where Content-MD5 may be that of a part.
  const auto md5 = http_fetcher::hexadecimal_of_base64(answer.header("x-ms-blob-content-md5"), 16);
  if (md5) information.digests["md5"] = *md5;
}

bool AzureFetcher::is_absent(const Answer& answer) const {
  return HttpFetcher::is_absent(answer) &&
         (account_.missing.empty() || answer.error_code() != "ResourceNotFound");
}

std::string AzureFetcher::hint_for(const std::string& url, const Answer& answer) const {
  if (answer.status != 401 && answer.status != 403 && answer.status != 404 &&
      answer.error_code() != "PublicAccessNotPermitted") {
    return HttpFetcher::hint_for(url, answer);
  }
  if (!account_.missing.empty()) return account_.missing;
  const std::string what = account_.key.empty() ? "the SAS of " : "the key of ";
  return what + account_.variable +
         " was used: look whether it is right, has not ended and allows to read, and whether this "
         "machine's clock is right";
}

}  // namespace azure
