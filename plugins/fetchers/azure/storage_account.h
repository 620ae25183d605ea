// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>

#include "blob_url.h"

namespace azure {

// A variable of the environment, "" if it is not set.
using Variables = std::function<std::string(const char* name)>;

// "AccountName=…;AccountKey=…": by name. Throws Failure(invalid) for what is none, without its text.
std::map<std::string, std::string> parse_connection_string(const std::string& text);

// Who serves a blob, and what proves to it who asks. At most one of key and SAS is there.
//
// From the environment: AZURE_STORAGE_CONNECTION_STRING goes before AZURE_STORAGE_ACCOUNT with
// AZURE_STORAGE_KEY, and that before AZURE_STORAGE_ACCOUNT with AZURE_STORAGE_SAS_TOKEN. What the
// account or the service of the URL is not meant by is left out: a key or SAS goes to nobody else.
// SHARKREG_AZURE_ENDPOINT/ACCOUNT is in the place of https://ACCOUNT.blob.core.windows.net.
struct StorageAccount {
  std::string name;
  std::string service;  // "https://ACCOUNT.blob.core.windows.net", without a slash at its end
  std::string key;      // its bytes
  std::string shared_access_signature;  // without '?'
  std::string variable;                 // that key or SAS are from; empty: neither is there
  std::string missing;                  // what to do where they are needed; empty if they are there

  // Throws Failure(invalid) that names the variable that is wrong, without its text.
  static StorageAccount of(const BlobUrl& blob, const Variables& variables);
};

}  // namespace azure
