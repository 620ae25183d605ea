// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "object_url.h"

namespace s3 {

// A variable of the environment, "" if it is not set.
using Variables = std::function<std::string(const char* name)>;

// Who asks, and whom. From the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
// AWS_SESSION_TOKEN, else those of the profile AWS_PROFILE ("default") in
// AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials) and AWS_CONFIG_FILE (~/.aws/config), else nobody:
// anonymous. AWS_REGION, AWS_DEFAULT_REGION, else the profile's region, else us-east-1.
// AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else the profile's endpoint_url, else AWS itself.
// SHARKREG_S3_PATH_STYLE=1 names the bucket in the path also at AWS.
struct Settings {
  std::string key_id;  // empty: anonymous
  std::string secret;
  std::string session_token;
  std::string source;  // of the key: "AWS_ACCESS_KEY_ID", "the profile \"default\""
  std::string region;
  std::string endpoint;  // without a slash at its end; empty: AWS
  bool path_style = false;

  // Throws Failure(invalid) that names the variable or profile that is wrong, without its text.
  static Settings of(const Variables& variables);

  // The URL of an object. A custom endpoint has the bucket in the path, and AWS for buckets whose
  // name is none of a host.
  std::string url_of(const ObjectUrl& object) const;
};

}  // namespace s3
