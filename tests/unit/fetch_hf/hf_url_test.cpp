// SPDX-License-Identifier: Apache-2.0
#include "hf_url.h"

#include <doctest/doctest.h>

#include <sharkreg/failure.h>

namespace hf_fetcher {
namespace {

using sharkreg::Failure;

std::string path(const std::string& url) {
  return hub_file(url).path;
}

std::string refusal(const std::string& url) {
  try {
    hub_file(url);
  } catch (const Failure& failure) {
    CHECK(failure.kind() == Failure::Kind::invalid);
    return std::string(failure.what()) + "; " + failure.hint();
  }
  return "none";
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("hf: a URL names a file of a repository") {
  CHECK(path("hf://acme/model/a/b.bin") == "/acme/model/resolve/main/a/b.bin");
  CHECK(path("HF://acme/model/x") == "/acme/model/resolve/main/x");
  CHECK(path("hf://acme/model@v1.0/x") == "/acme/model/resolve/v1.0/x");
  CHECK(path("hf://acme/model@refs%2Fpr%2F1/x") == "/acme/model/resolve/refs%2Fpr%2F1/x");
  CHECK(path("hf://acme/model/a@b/x") == "/acme/model/resolve/main/a@b/x");
  CHECK(path("hf://datasets/acme/data/x.csv") == "/datasets/acme/data/resolve/main/x.csv");
  CHECK(path("hf://spaces/acme/app@v2/x") == "/spaces/acme/app/resolve/v2/x");
  CHECK(hub_file("hf://datasets/acme/data@v/x").repository == "datasets/acme/data");
  CHECK(hub_file("hf://acme/model@v/x").repository == "acme/model");
}

TEST_CASE("hf: what cannot stand in a URL is encoded, and what is encoded stays") {
  CHECK(path("hf://acme/model/a b.bin") == "/acme/model/resolve/main/a%20b.bin");
  CHECK(path("hf://acme/model/a%20b%3F.bin") == "/acme/model/resolve/main/a%20b%3F.bin");
  CHECK(path("hf://acme/model/\xc3\xbc\r\n") == "/acme/model/resolve/main/%C3%BC%0D%0A");
}

TEST_CASE("hf: the hub's own URLs of files are taken, those of pages are not") {
  CHECK(path("https://huggingface.co/acme/model/resolve/main/a/b.bin?download=true") ==
        "/acme/model/resolve/main/a/b.bin");
  CHECK(path("HTTPS://HuggingFace.co:443/acme/model/resolve/v1/x#part") ==
        "/acme/model/resolve/v1/x");
  CHECK(path("https://huggingface.co/datasets/acme/data/resolve/refs/pr/1/x") ==
        "/datasets/acme/data/resolve/refs/pr/1/x");
  CHECK(path("https://huggingface.co/gpt2/resolve/main/config.json") ==
        "/gpt2/resolve/main/config.json");
  CHECK(hub_file("https://huggingface.co/datasets/acme/data/resolve/main/x").repository ==
        "datasets/acme/data");
  CHECK(contains(refusal("https://huggingface.co/acme/model/blob/main/x"),
                 "write resolve/ in place of blob/"));
  CHECK(contains(refusal("https://huggingface.co/datasets/acme/data/blob/main/x"),
                 "write resolve/ in place of blob/"));
  for (const char* page :
       {"https://huggingface.co/", "https://huggingface.co", "https://huggingface.co/acme",
        "https://huggingface.co/acme/model", "https://huggingface.co/acme/model/resolve/main",
        "https://huggingface.co/api/models/acme/model"}) {
    CAPTURE(page);
    CHECK(contains(refusal(page), "hf://ORG/REPO/PATH"));
  }
  CHECK(contains(refusal("https://example.com/acme/model/resolve/main/x"), "is no URL of the"));
  CHECK(contains(refusal("https://huggingface.co@example.com/a/b/resolve/main/x"), "is no URL of"));
}

TEST_CASE("hf: nonsense is refused with what is expected") {
  for (const char* nonsense :
       {"", "nonsense", "://", "hf:", "hf://", "hf://acme", "hf://acme/model", "hf://acme/model/",
        "hf://acme//x", "hf:///model/x", "hf://datasets/acme/data", "hf://acme/@v/x",
        "hf://acme/model@/x", "hf://acme/model/../x", "hf://acme/model/%2e%2E/x",
        "hf://acme/model/./x", "s3://acme/model/x"}) {
    CAPTURE(nonsense);
    CHECK(contains(refusal(nonsense), "write hf://ORG/REPO/PATH"));
  }
  CHECK(path("hf://acme/model/...") == "/acme/model/resolve/main/...");
  CHECK(contains(refusal("hf://acme/model/x%zz"), "%25"));
  const std::string query = refusal("hf://acme/model/x?token=swordfish");
  CHECK(contains(query, "has a query"));
  CHECK_FALSE(contains(query, "swordfish"));
}

}  // namespace
}  // namespace hf_fetcher
