// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/artifact_store.h"
#include "suite/case.h"

namespace sharkreg::core {

// What the store is asked for.
inline ArtifactRequest request_for(const Source& source) {
  return {source.location, source.pin, source.unpacking};
}

}  // namespace sharkreg::core
