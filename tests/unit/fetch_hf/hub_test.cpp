// SPDX-License-Identifier: Apache-2.0
#include "hub.h"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "base/files.h"
#include "fake_host.h"

namespace hf_fetcher {
namespace {

namespace fs = std::filesystem;
using sharkreg::Failure;
using sharkreg::core::TemporaryDirectory;

void write(const fs::path& file, const std::string& content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << content;
}

TEST_CASE("hub: the token is found where the hub's own client looks, in its order") {
  const auto directory = TemporaryDirectory::create(fs::temp_directory_path(), "hub-").value();
  const fs::path& place = directory.path();
  write(place / "named", "from_path\n");
  write(place / "hf/token", " from_home \n");
  write(place / "cache/huggingface/token", "from_cache");
  write(place / "user/.cache/huggingface/token", "from_user");
  FakeHost host = lonely_host();
  host.variables = {{"HF_TOKEN", " from_variable\n"},
                    {"HF_TOKEN_PATH", place / "named"},
                    {"HF_HOME", place / "hf"},
                    {"XDG_CACHE_HOME", place / "cache"},
                    {"HOME", place / "user"}};
  CHECK(Hub::of(host).token == "from_variable");
  CHECK(Hub::of(host).token_place == "HF_TOKEN");
  const auto without = [&](const char* variable) {
    host.variables.erase(variable);
    return Hub::of(host).token;
  };
  CHECK(without("HF_TOKEN") == "from_path");
  CHECK(without("HF_TOKEN_PATH") == "from_home");
  CHECK(Hub::of(host).token_place == (place / "hf/token").native());
  CHECK(without("HF_HOME") == "from_cache");
  CHECK(without("XDG_CACHE_HOME") == "from_user");
  CHECK(without("HOME").empty());

  host.variables["HF_TOKEN"] = "two\r\nX-Other: lines";
  CHECK_THROWS_WITH_AS(Hub::of(host), "the token in HF_TOKEN is not one word", Failure);
}

TEST_CASE("hub: its address is the variable's") {
  FakeHost host = lonely_host();
  CHECK(Hub::of(host).endpoint == "https://huggingface.co");
  host.variables["HF_ENDPOINT"] = "https://Mirror.example:443/hf//";
  const Hub hub = Hub::of(host);
  CHECK(hub.endpoint == "https://Mirror.example:443/hf");
  CHECK(hub.has("https://mirror.example/any/thing"));
  for (const char* other :
       {"http://mirror.example/x", "https://mirror.example:444/x", "https://mirror.example.org/x",
        "https://mirror.example@other/x", "", "https://other/?https://mirror.example/"}) {
    CAPTURE(other);
    CHECK_FALSE(hub.has(other));
  }
  for (const char* wrong : {"mirror.example", "ftp://mirror", "https://me:pw@mirror"}) {
    CAPTURE(wrong);
    host.variables["HF_ENDPOINT"] = wrong;
    CHECK_THROWS_WITH_AS(Hub::of(host), "HF_ENDPOINT is no address of a hub", Failure);
  }
}

TEST_CASE("hub: offline is offline") {
  FakeHost host = lonely_host();
  for (const char* yes : {"1", "ON", "Yes", "true"}) {
    host.variables["HF_HUB_OFFLINE"] = yes;
    CHECK_THROWS_WITH_AS(Hub::of(host), "HF_HUB_OFFLINE is set, so the hub is not asked", Failure);
  }
  host.variables["HF_HUB_OFFLINE"] = "0";
  CHECK(Hub::of(host).token.empty());
}

}  // namespace
}  // namespace hf_fetcher
