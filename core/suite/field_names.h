// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

namespace sharkreg::core {

// The names of all fields that a model file may have if these are the known backends.
std::vector<std::string> field_names(const std::set<std::string>& backends);

}  // namespace sharkreg::core
