// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace azure {

// A request to the Blob service as the header Authorization signs it with an account's key, by the
// scheme that Microsoft documents as Shared Key (versions of the service from 2015-02-21 on).
struct SharedKeyRequest {
  std::string method = "GET";
  std::map<std::string, std::string> headers;  // names in lower case
  std::string account;
  std::string path;   // of the URL, encoded, with all that stands behind the host
  std::string query;  // of the URL, encoded, without '?'

  std::string text_to_sign() const;
  std::string authorization(const std::string& key) const;  // "SharedKey ACCOUNT:…"; key: its bytes
};

}  // namespace azure
