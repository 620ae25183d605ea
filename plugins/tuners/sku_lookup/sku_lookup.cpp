// SPDX-License-Identifier: Apache-2.0
#include "sku_lookup.h"

#include <sharkreg/failure.h>

namespace sku_lookup {

std::optional<sharkreg::TunerChoice> SkuLookup::resolve(const sharkreg::TunerRequest& request) {
  const auto found = request.tuner_file.find(request.sku);
  if (found == request.tuner_file.end()) return std::nullopt;
  if (found->second.empty()) {
    throw sharkreg::Failure(sharkreg::Failure::Kind::invalid,
                            "tuner_file has an empty path for the SKU \"" + request.sku + "\"",
                            "give a path or URL, or remove the entry to compile without one");
  }
  return sharkreg::TunerChoice{found->second};
}

}  // namespace sku_lookup
