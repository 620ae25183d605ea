// SPDX-License-Identifier: Apache-2.0
#include "s3_fetcher.h"

#include <ctime>

#include "signature.h"
#include "url_text.h"

namespace s3 {
namespace {

using http_fetcher::Answer;
using http_fetcher::Request;

std::string time_stamp(std::time_t time) {
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts)};
}

// All but those that say how the answer is to be sent, which what is in between may change.
std::map<std::string, std::string> signed_headers(const Request& request) {
  std::map<std::string, std::string> headers;
  for (const std::string& header : request.headers) {
    const std::size_t colon = header.find(':');
    const std::string name = http_fetcher::in_lower_case(header.substr(0, colon));
    if (name.rfind("x-amz-", 0) != 0) continue;
    headers[name] = http_fetcher::without_spaces_around(header.substr(colon + 1));
  }
  return headers;
}

bool is_whole(const Answer& answer) {
  if (answer.status != 206) return true;
  const auto range = http_fetcher::parse_content_range(answer.header("content-range"));
  return range && range->first == 0 && range->total && range->last + 1 == *range->total;
}

// The region that a bucket is in, where the answer says it.
std::string region_in(const Answer& answer) {
  const std::string region = answer.header("x-amz-bucket-region");
  return region.empty() ? answer.error_element("Region") : region;
}

}  // namespace

sharkreg::FetcherDescription S3Fetcher::describe() const {
  return {{"s3"}};
}

Request S3Fetcher::request_for(const std::string& url) {
  const ObjectUrl object = ObjectUrl::parse(url);
  settings_ =
      Settings::of([this](const char* name) { return host().environment(name).value_or(""); });
  Request request;
  request.url = settings_.url_of(object);
  request.follow_redirects = false;
  request.path_as_is = true;
  request.is_signed = true;
  request.headers.emplace_back("x-amz-checksum-mode: ENABLED");
  return request;
}

void S3Fetcher::sign(Request& request) {
  if (settings_.key_id.empty()) return;
  const std::string time = time_stamp(std::time(nullptr));
  request.headers.push_back("x-amz-date: " + time);
  request.headers.push_back("x-amz-content-sha256: " + std::string(hash_of_nothing));
  if (!settings_.session_token.empty()) {
    request.headers.push_back("x-amz-security-token: " + settings_.session_token);
  }
  const auto parts = http_fetcher::split_url(request.url);
  SignedRequest signed_request{request.head_only ? "HEAD" : "GET", parts->path,
                               signed_headers(request), settings_.region, time};
  signed_request.headers["host"] = parts->authority;
  request.headers.push_back("Authorization: " +
                            signed_request.authorization(settings_.key_id, settings_.secret));
}

void S3Fetcher::learn(const Answer& answer, sharkreg::ArtifactInformation& information) {
  // Of an object that came in parts it can be one of the parts' digests ("…-3").
  if (!is_whole(answer) || answer.header("x-amz-checksum-type") == "COMPOSITE") return;
  const auto sha256 =
      http_fetcher::hexadecimal_of_base64(answer.header("x-amz-checksum-sha256"), 32);
  if (sha256) information.digests["sha256"] = *sha256;
}

std::string S3Fetcher::hint_for(const std::string& url, const Answer& answer) const {
  const std::string code = answer.error_code();
  const std::string region = region_in(answer);
  if (!region.empty() && region != settings_.region &&
      (answer.status == 301 || answer.status == 307 || answer.status == 400)) {
    return "the bucket is in another region: set AWS_REGION=" + region;
  }
  if (answer.status >= 300 && answer.status < 400) {
    return "the bucket may be in another region than " + settings_.region +
           ": set AWS_REGION to it, or AWS_ENDPOINT_URL_S3 to the endpoint";
  }
  if (code == "RequestTimeTooSkewed") return "correct this machine's clock";
  if (code == "ExpiredToken" || code == "InvalidToken") {
    return "get a new key and AWS_SESSION_TOKEN (those used are of " + settings_.source + ")";
  }
  if (answer.status != 400 && answer.status != 401 && answer.status != 403) {
    return HttpFetcher::hint_for(url, answer);
  }
  if (settings_.key_id.empty()) {
    return "credentials may be missing: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
           "AWS_PROFILE";
  }
  if (code == "SignatureDoesNotMatch" || code == "InvalidAccessKeyId") {
    return "the key of " + settings_.source +
           " is wrong: look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE";
  }
  if (answer.status == 400) return {};
  return "the key of " + settings_.source +
         " was used: it may not read this, or the object is not there and it may not know that";
}

}  // namespace s3
