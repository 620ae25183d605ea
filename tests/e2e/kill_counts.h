// SPDX-License-Identifier: Apache-2.0
// How often tests kill a process. Sanitizers make each run several times as long.
#pragma once

#include <cstddef>

namespace sharkreg::e2e {

#ifdef SHARKREG_IS_SANITIZED
constexpr std::size_t most_kills_of_a_kind = 4;
constexpr int random_kills = 6;
#else
constexpr std::size_t most_kills_of_a_kind = 22;
constexpr int random_kills = 40;
#endif

}  // namespace sharkreg::e2e
