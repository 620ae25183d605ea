// SPDX-License-Identifier: Apache-2.0
// Whole outputs, compared with files that somebody has looked at and approved.
#pragma once

#include <string>

namespace sharkreg::core {

// Compares with approved/NAME. With SHARKREG_APPROVE=1 in the environment it writes that file
// instead: look at what git shows then, and commit it if it is what users should see.
void check_approved(const std::string& name, const std::string& actual);

}  // namespace sharkreg::core
