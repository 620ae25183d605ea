// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <sharkreg/plugin_abi.h>

#include "base/error.h"

namespace sharkreg::core {

// "1.0": the version of the C ABI that this program speaks.
std::string host_abi();

// Sanitizers that this program is built with (SR_BUILD_…).
std::uint32_t host_build_flags();

// Whether this program can work with a plugin, by the description that it gave: null, made for
// another version, or saying what cannot be. Reads a member only if the struct is long enough for
// it. `file` is named in the error, which says what the plugin has, what is wanted, what to do.
Result<void> check_descriptor(const sr_plugin* descriptor, const std::string& file);

// Whether an interface is of a kind and revision that this program knows. Others are left alone.
bool is_known_interface(std::string_view id);

}  // namespace sharkreg::core
