// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace azure {

// A blob as the user names it: "az://ACCOUNT/CONTAINER/BLOB…" or
// "https://ACCOUNT.blob.core.windows.net/CONTAINER/BLOB…", either with a query (a SAS, a snapshot).
struct BlobUrl {
  std::string account;
  std::string service;  // "https://ACCOUNT.blob.core.windows.net"; empty for az:
  std::string path;     // "/CONTAINER/BLOB…", encoded in one way
  std::string query;    // as it is written, without '?'

  // Throws Failure(invalid), which does not show the query.
  static BlobUrl parse(const std::string& url);
};

}  // namespace azure
