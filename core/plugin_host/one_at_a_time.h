// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <sharkreg/backend.h>

namespace sharkreg::core {

// The same backend for several threads: their calls come one after the other.
std::unique_ptr<Backend> one_at_a_time(std::unique_ptr<Backend> backend);

}  // namespace sharkreg::core
