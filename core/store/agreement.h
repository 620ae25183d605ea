// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <sharkreg/fetcher.h>

#include "base/artifact.h"

namespace sharkreg::core {

// In what the content differs from the pinned one, for people. None where one of the two does not
// say.
std::optional<std::string> disagreement(const Pin& wanted, const Pin& found);

// As above, of what the server said.
std::optional<std::string> broken_promise(const ArtifactInformation& information, const Pin& found);

}  // namespace sharkreg::core
