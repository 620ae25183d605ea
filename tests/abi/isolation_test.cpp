// SPDX-License-Identifier: Apache-2.0
// Two plugins with the same C++ names and different versions of one static library work side by
// side: each reaches its own.
#include <doctest/doctest.h>

#include "fixtures.h"
#include "plugin_host/proxies.h"

namespace sharkreg::core {
namespace {

using Metrics = std::map<std::string, double>;

std::unique_ptr<Comparator> comparator_of(const std::string& file, const std::string& name,
                                          const HostServices& services) {
  const auto library = PluginLibrary::load(file);
  REQUIRE_MESSAGE(library.has_value(), to_text(library.error()));
  auto made =
      make_comparator_proxy(*library, *(*library)->find(SR_COMPARATOR_ID, name), {}, services);
  REQUIRE(made.has_value());
  return std::move(*made);
}

TEST_CASE("plugins with clashing symbols and two versions of a library work side by side") {
  const FakeServices services;
  const auto one = comparator_of(CLASH_ONE, "clash_one", services);
  const auto two = comparator_of(CLASH_TWO, "clash_two", services);
  const TensorView tensor{ElementType::f32, {0}, nullptr, 0};
  for (int call = 1; call <= 3; ++call) {
    const Comparison first = one->compare(tensor, tensor, {});
    CHECK(first.message == "one");
    CHECK(first.metrics ==
          Metrics{{"function", 1}, {"virtual", 1}, {"exception", 1}, {"counter", 100 + call}});
    const Comparison second = two->compare(tensor, tensor, {});
    CHECK(second.message == "two");
    CHECK(second.metrics ==
          Metrics{{"function", 2}, {"virtual", 2}, {"exception", 2}, {"counter", 200 + call}});
  }
}

}  // namespace
}  // namespace sharkreg::core
