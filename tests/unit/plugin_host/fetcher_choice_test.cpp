// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/fetcher_choice.h"

#include <doctest/doctest.h>

#include "fixtures.h"

namespace sharkreg::core {
namespace {

using Names = std::vector<std::string>;

// A plugin lib<NAME>.so with one fetcher of this name.
FoundPlugin plugin(const std::string& name, Names schemes, Names hosts = {}) {
  FoundPlugin found;
  found.library = "/plugins/lib" + name + ".so";
  found.description.emplace();
  found.description->interfaces = {
      {SR_FETCHER_ID, name, false, {}, FetcherDescription{std::move(schemes), std::move(hosts)}}};
  return found;
}

FoundPlugin named(FoundPlugin found) {
  found.named_as = found.library;
  return found;
}

std::string refusal(const std::vector<FoundPlugin>& plugins) {
  const auto checked = check_claims(plugins, FakeServices());
  return checked ? "" : checked.error().message;
}

TEST_CASE("fetcher choice: a scheme has its fetcher, and what is left goes to the last one") {
  const std::vector<FoundPlugin> plugins{plugin("rest", {"*"}), plugin("http", {"http", "https"}),
                                         plugin("file", {"file"})};
  CHECK(choose_fetcher(plugins, "https://sea/x") == "http");
  CHECK(choose_fetcher(plugins, "HTTPS://sea/x") == "http");
  CHECK(choose_fetcher(plugins, "https://") == "http");
  CHECK(choose_fetcher(plugins, "/a/path") == "file");
  CHECK(choose_fetcher(plugins, "/a/path://x") == "file");
  CHECK(choose_fetcher(plugins, "foo+bar://sea/x") == "rest");
  CHECK(choose_fetcher({plugin("http", {"http"})}, "https://sea/x").empty());
  CHECK(choose_fetcher({}, "https://sea/x").empty());
}

TEST_CASE("fetcher choice: the host of an http URL goes before its scheme, the nearest first") {
  const std::vector<FoundPlugin> plugins{
      plugin("http", {"http", "https"}), plugin("wide", {"wide"}, {"*.example.com"}),
      plugin("narrow", {"narrow"}, {"*.b.example.com"}),
      plugin("exact", {"exact"}, {"a.b.example.com"}), plugin("rest", {"*"})};
  CHECK(choose_fetcher(plugins, "https://example.com/x") == "http");
  CHECK(choose_fetcher(plugins, "https://notexample.com/x") == "http");
  CHECK(choose_fetcher(plugins, "https://.example.com/x") == "http");
  CHECK(choose_fetcher(plugins, "https://c.example.com/x") == "wide");
  CHECK(choose_fetcher(plugins, "http://C.Example.COM:8080/x") == "wide");
  CHECK(choose_fetcher(plugins, "https://me:pw@c.example.com/x") == "wide");
  CHECK(choose_fetcher(plugins, "https://c.example.com?x") == "wide");
  CHECK(choose_fetcher(plugins, "https://c.b.example.com/x") == "narrow");
  CHECK(choose_fetcher(plugins, "https://a.b.example.com/x") == "exact");
  CHECK(choose_fetcher(plugins, "https://sea/x?https://a.b.example.com/") == "http");
  CHECK(choose_fetcher(plugins, "https://c.example.com@sea/x") == "http");
  CHECK(choose_fetcher(plugins, "ftp://c.example.com/x") == "rest");  // of http URLs alone
  // As long as the pattern is the name, which counts more.
  CHECK(choose_fetcher({plugin("pattern", {"p"}, {"*.bcd"}), plugin("name", {"n"}, {"a.bcd"})},
                       "https://a.bcd/x") == "name");
}

TEST_CASE("fetcher choice: what an option named goes before the rest, but is no fallback for it") {
  const FoundPlugin http = plugin("http", {"http", "https"});
  const FoundPlugin hub = plugin("hub", {"hub"}, {"hub.com"});
  const FoundPlugin rest = plugin("rest", {"*"});
  CHECK(choose_fetcher({named(plugin("mine", {"https"})), http, hub, rest}, "https://hub.com/x") ==
        "mine");
  CHECK(choose_fetcher({named(plugin("mine", {"*"})), http, hub}, "https://hub.com/x") == "hub");
  CHECK(choose_fetcher({named(plugin("mine", {"*"})), http, hub}, "https://sea/x") == "http");
  CHECK(choose_fetcher({named(plugin("mine", {"*"})), http, rest}, "foo://sea/x") == "mine");
}

TEST_CASE("fetcher choice: equal claims are an error that names both files") {
  CHECK(refusal({plugin("a", {"s3"}), plugin("b", {"s3"})}) ==
        "two plugins fetch s3: URLs: /plugins/liba.so and /plugins/libb.so");
  CHECK(refusal({plugin("a", {"a"}, {"*.x.com"}), plugin("b", {"b"}, {"*.x.com"})}) ==
        "two plugins fetch http and https URLs of *.x.com: /plugins/liba.so and /plugins/libb.so");
  CHECK(refusal({plugin("a", {"*"}), plugin("b", {"*"})}) ==
        "two plugins fetch URLs that no other fetcher reads: /plugins/liba.so and "
        "/plugins/libb.so");
  CHECK(refusal({named(plugin("a", {"s3"})), named(plugin("b", {"s3"}))}).starts_with("two"));
  CHECK(refusal({plugin("a", {"a"}, {"x.com"}), plugin("b", {"b"}, {"*.x.com"})}).empty());

  const FakeServices services;
  const std::vector<FoundPlugin> one_named{named(plugin("a", {"a"}, {"x.com"})),
                                           plugin("b", {"b"}, {"x.com"})};
  CHECK(check_claims(one_named, services).has_value());
  REQUIRE(services.logged.size() == 1);
  CHECK(services.logged[0].second ==
        "http and https URLs of x.com are fetched by /plugins/liba.so, which was named, not by "
        "/plugins/libb.so");
  CHECK(choose_fetcher(one_named, "https://x.com/") == "a");
}

}  // namespace
}  // namespace sharkreg::core
