// SPDX-License-Identifier: Apache-2.0
#include "sku_lookup.h"

#include <doctest/doctest.h>

#include <sharkreg/failure.h>

namespace sku_lookup {
namespace {

sharkreg::TunerRequest request_for(const std::string& sku) {
  return {{{"mi300", "tuners/mi300.mlir"}, {"mi308", ""}}, sku, "rocm", "gfx942"};
}

TEST_CASE("the tuner file is that of exactly this SKU") {
  const auto choice = SkuLookup().resolve(request_for("mi300"));
  REQUIRE(choice.has_value());
  CHECK(choice->path == "tuners/mi300.mlir");
}

TEST_CASE("no other SKU's tuner file is taken") {
  CHECK_FALSE(SkuLookup().resolve(request_for("mi300x")).has_value());
  CHECK_FALSE(SkuLookup().resolve(request_for("MI300")).has_value());
  CHECK_FALSE(SkuLookup().resolve(request_for("")).has_value());
  CHECK_FALSE(SkuLookup().resolve({{}, "mi300", "rocm", "gfx942"}).has_value());
}

TEST_CASE("an empty path is refused, not taken for none") {
  CHECK_THROWS_WITH_AS(SkuLookup().resolve(request_for("mi308")),
                       "tuner_file has an empty path for the SKU \"mi308\"", sharkreg::Failure);
}

}  // namespace
}  // namespace sku_lookup
