// SPDX-License-Identifier: Apache-2.0
#include "blob_url.h"

#include <string_view>

#include <sharkreg/failure.h>

#include "http_answer.h"
#include "url_text.h"

namespace azure {
namespace {

using http_fetcher::UrlParts;
using sharkreg::Failure;

constexpr const char* forms =
    "write az://ACCOUNT/CONTAINER/BLOB or https://ACCOUNT.blob.core.windows.net/CONTAINER/BLOB";

[[noreturn]] void refuse(const std::string& url, const std::string& what, const std::string& hint) {
  throw Failure(Failure::Kind::invalid, "\"" + http_fetcher::shown(url) + "\" " + what, hint);
}

bool is_account(std::string_view name) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return !name.empty() && name.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

BlobUrl BlobUrl::parse(const std::string& url) {
  const auto parts = http_fetcher::split_url(url);
  BlobUrl blob;
  if (parts && parts->scheme == "az") {
    blob.account = parts->authority;
  } else if (parts && (parts->scheme == "https" || parts->scheme == "http")) {
    blob.service = parts->scheme + "://" + parts->authority;
    // Services of other clouds end otherwise.
    const std::size_t dot = parts->authority.find(".blob.");
    blob.account = parts->authority.substr(0, dot == std::string::npos ? 0 : dot);
  }
  if (!is_account(blob.account)) refuse(url, "names no storage account", forms);
  if (parts->fragment) {
    refuse(url, "has a fragment, which blobs do not", "write '#' in a name as %23");
  }
  const auto path = http_fetcher::percent_decoded(parts->path);
  if (!path) {
    refuse(url, "has a '%' that two hexadecimal digits do not follow",
           "write a '%' that belongs to the name as %25");
  }
  const std::size_t slash = path->find('/', 1);
  if (slash == std::string::npos || slash == 1 || slash + 1 == path->size()) {
    refuse(url, "names no container and blob", forms);
  }
  blob.path = http_fetcher::percent_encoded(*path, "/$");
  blob.query = parts->query.value_or("");
  return blob;
}

}  // namespace azure
