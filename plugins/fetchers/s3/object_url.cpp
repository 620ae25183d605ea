// SPDX-License-Identifier: Apache-2.0
#include "object_url.h"

#include <string_view>

#include <sharkreg/failure.h>

#include "http_answer.h"
#include "url_text.h"

namespace s3 {
namespace {

using sharkreg::Failure;

[[noreturn]] void refuse(const std::string& url, const std::string& what, const std::string& hint) {
  throw Failure(Failure::Kind::invalid, "\"" + http_fetcher::shown(url) + "\" " + what, hint);
}

}  // namespace

ObjectUrl ObjectUrl::parse(const std::string& url) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
  const auto parts = http_fetcher::split_url(url);
  if (!parts || parts->scheme != "s3") refuse(url, "is no s3: URL", "write s3://BUCKET/KEY");
  ObjectUrl object;
  // As it is written: names of old buckets may have capitals.
  object.bucket = url.substr(url.find("://") + 3, parts->authority.size());
  if (object.bucket.empty() || object.bucket.find_first_not_of(allowed) != std::string::npos) {
    refuse(url, "names no bucket",
           "write s3://BUCKET/KEY; endpoints are named by AWS_ENDPOINT_URL");
  }
  if (parts->query || parts->fragment) {
    refuse(url, "has a query or a fragment, which objects do not",
           "write '?' in a key as %3F and '#' as %23");
  }
  const auto path = http_fetcher::percent_decoded(parts->path);
  if (!path) {
    refuse(url, "has a '%' that two hexadecimal digits do not follow",
           "write a '%' that belongs to the key as %25");
  }
  if (path->size() < 2) refuse(url, "names no object", "write s3://BUCKET/KEY");
  object.key = path->substr(1);
  return object;
}

}  // namespace s3
