// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace s3 {

// SHA-256 of no bytes, as x-amz-content-sha256 has it of requests without a body.
inline constexpr const char* hash_of_nothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// A request for an object as AWS's Signature Version 4 signs it. Not by libcurl: 7.88 leaves out the
// header x-amz-content-sha256, without which S3 refuses the request.
struct SignedRequest {
  std::string method = "GET";
  std::string path;                            // of the URL, encoded; there is no query
  std::map<std::string, std::string> headers;  // all that are signed, names in lower case
  std::string region;
  std::string time;                            // as x-amz-date has it: "20130524T000000Z"
  std::string content_hash = hash_of_nothing;  // SHA-256 of the body

  std::string canonical_text() const;
  std::string text_to_sign() const;
  std::string authorization(const std::string& key_id, const std::string& secret) const;

 private:
  std::string scope() const;
  std::string header_names() const;
};

}  // namespace s3
