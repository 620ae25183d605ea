// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <sharkreg/backend.h>

namespace sharkreg::iree {

inline constexpr const char* read_declarations_action = "read_declarations";

// Id of the file that holds what `iree-dump-module --output=metadata` printed.
inline constexpr const char* module_metadata = "module_metadata";

// The action "read_declarations": its argument is the name of a function (empty: the only one).
// Throws Failure when the file cannot be read or has no such function.
ExecuteAnswer read_declarations(const ExecuteRequest& request);

// The results of a function as its module declares them. Modules made from torch programs declare
// nothing: the answer has no results then.
ExecuteAnswer declared_results(std::string_view metadata, const std::string& function);

}  // namespace sharkreg::iree
