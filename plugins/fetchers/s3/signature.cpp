// SPDX-License-Identifier: Apache-2.0
#include "signature.h"

#include "signing.h"

namespace s3 {
namespace {

using http_fetcher::hexadecimal;
using http_fetcher::hmac_sha256;

constexpr const char* algorithm = "AWS4-HMAC-SHA256";

}  // namespace

std::string SignedRequest::scope() const {
  return time.substr(0, 8) + "/" + region + "/s3/aws4_request";
}

std::string SignedRequest::header_names() const {
  std::string names;
  for (const auto& [name, value] : headers) names += (names.empty() ? "" : ";") + name;
  return names;
}

std::string SignedRequest::canonical_text() const {
  std::string text = method + "\n" + path + "\n\n";
  for (const auto& [name, value] : headers) text += name + ":" + value + "\n";
  return text + "\n" + header_names() + "\n" + content_hash;
}

std::string SignedRequest::text_to_sign() const {
  return std::string(algorithm) + "\n" + time + "\n" + scope() + "\n" +
         hexadecimal(http_fetcher::sha256(canonical_text()));
}

std::string SignedRequest::authorization(const std::string& key_id,
                                         const std::string& secret) const {
  std::string key = "AWS4" + secret;
  for (const std::string& part :
       {time.substr(0, 8), region, std::string("s3"), std::string("aws4_request")}) {
    key = hmac_sha256(key, part);
  }
  return std::string(algorithm) + " Credential=" + key_id + "/" + scope() +
         ",SignedHeaders=" + header_names() +
         ",Signature=" + hexadecimal(hmac_sha256(key, text_to_sign()));
}

}  // namespace s3
