// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <sharkreg/tuner.h>

namespace sku_lookup {

// Takes the tuner file that the model names for exactly this SKU; none for any other. A tuner file
// made for another SKU is never a substitute: it would compile, and quietly measure something else.
class SkuLookup final : public sharkreg::TunerResolver {
 public:
  static constexpr bool thread_safe = true;  // it keeps nothing

  std::optional<sharkreg::TunerChoice> resolve(const sharkreg::TunerRequest& request) override;
};

}  // namespace sku_lookup
