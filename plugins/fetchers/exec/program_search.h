// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <sharkreg/host.h>

namespace exec_fetcher {

// The program sharkreg-fetch-SCHEME, in the first directory of SHARKREG_FETCH_PATH or PATH that has
// it; directories that are not absolute do not count. Throws Failure(invalid) if others than root and
// this user could have written it: it would run with this user's rights.
std::optional<std::string> find_program(const sharkreg::Host& host, const std::string& scheme);

}  // namespace exec_fetcher
