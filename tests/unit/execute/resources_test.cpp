// SPDX-License-Identifier: Apache-2.0
#include "execute/resources.h"

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

TEST_CASE("slots are counted, and each has a number") {
  Resources resources(3, 0);
  const auto two = resources.take({2, 0});
  CHECK(two.slots == std::vector<std::size_t>{0, 1});
  CHECK_FALSE(resources.has_room({2, 0}));
  const auto one = resources.take({1, 0});
  CHECK(one.slots == std::vector<std::size_t>{2});
  CHECK_FALSE(resources.has_room({1, 0}));
  CHECK(resources.has_room({0, 0}));
  resources.give_back(two);
  CHECK(resources.take({1, 0}).slots == std::vector<std::size_t>{0});
}

TEST_CASE("who wants more slots than there are gets all") {
  Resources resources(2, 0);
  CHECK(resources.has_room({64, 0}));
  CHECK(resources.take({64, 0}).slots.size() == 2);
}

TEST_CASE("two of 20 GB do not go together into 24 GiB, but one that needs more goes alone") {
  Resources resources(8, 24 * gibibyte);
  const auto first = resources.take({1, 20 * gibibyte});
  CHECK_FALSE(resources.has_room({1, 20 * gibibyte}));
  CHECK(resources.has_room({1, 4 * gibibyte}));
  CHECK(resources.has_room({1, 0}));
  CHECK_FALSE(resources.has_room({1, 30 * gibibyte}));
  resources.give_back(first);
  REQUIRE(resources.has_room({1, 30 * gibibyte}));
  const auto all = resources.take({1, 30 * gibibyte});
  CHECK_FALSE(resources.has_room({1, 1}));
  resources.give_back(all);
  CHECK(resources.has_room({1, 24 * gibibyte}));
}

TEST_CASE("memory of an unknown size is not counted") {
  Resources resources(2, 0);
  resources.take({1, 20 * gibibyte});
  CHECK(resources.has_room({1, 20 * gibibyte}));
}

}  // namespace
}  // namespace sharkreg::core
