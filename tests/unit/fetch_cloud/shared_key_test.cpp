// SPDX-License-Identifier: Apache-2.0
// The examples of Microsoft's "Authorize with Shared Key".
#include "shared_key.h"

#include <doctest/doctest.h>

namespace azure {
namespace {

TEST_CASE("azure: the documented text to sign of a request with a query") {
  const SharedKeyRequest request{
      "GET",
      {{"x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT"}, {"x-ms-version", "2015-02-21"}},
      "myaccount",
      "/mycontainer",
      "restype=container&comp=metadata&timeout=20"};
  CHECK(request.text_to_sign() ==
        "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\n"
        "x-ms-version:2015-02-21\n/myaccount/mycontainer\ncomp:metadata\nrestype:container\n"
        "timeout:20");
}

TEST_CASE("azure: a parameter that stands twice is signed as the documents say") {
  const SharedKeyRequest request{
      "GET",
      {},
      "myaccount",
      "/mycontainer",
      "restype=container&comp=list&include=snapshots&include=metadata&include=uncommittedblobs"};
  const std::string text = request.text_to_sign();
  // The values in order of the alphabet.
  CHECK(text.substr(text.find("/myaccount")) ==
        "/myaccount/mycontainer\ncomp:list\ninclude:metadata,snapshots,uncommittedblobs\n"
        "restype:container");
}

TEST_CASE("azure: what is asked for is signed in its place, names in lower case, values decoded") {
  const SharedKeyRequest request{"HEAD",
                                 {{"accept-encoding", "identity"},
                                  {"content-length", "0"},
                                  {"if-match", "\"0x8\""},
                                  {"if-unmodified-since", "then"},
                                  {"range", "bytes=0-9"},
                                  {"x-ms-version", "2023-11-03"}},
                                 "acme",
                                 "/acme/c/a%20b",
                                 "Snapshot=2026-01-01T00%3A00%3A00Z&&x"};
  CHECK(request.text_to_sign() ==
        "HEAD\n\n\n\n\n\n\n\n\"0x8\"\n\nthen\nbytes=0-9\nx-ms-version:2023-11-03\n"
        "/acme/acme/c/a%20b\nsnapshot:2026-01-01T00:00:00Z\nx:");
}

TEST_CASE("azure: the header has the account and an HMAC in base64") {
  const SharedKeyRequest request{"GET", {}, "acme", "/c/b", ""};
  CHECK(request.text_to_sign() == "GET\n\n\n\n\n\n\n\n\n\n\n\n/acme/c/b");
  // printf 'GET\n…/acme/c/b' | openssl dgst -sha256 -hmac key -binary | base64
  CHECK(request.authorization("key") ==
        "SharedKey acme:caqhCzDfBs6LaNn/WoaSRTX/rcPfsgM+j9UO4OdvxMs=");
}

}  // namespace
}  // namespace azure
