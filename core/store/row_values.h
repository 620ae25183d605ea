// SPDX-License-Identifier: Apache-2.0
// What stands in the rows of a database; of another type than wanted, or NULL: 0 or "".
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "store/database.h"

namespace sharkreg::core {

inline std::int64_t number(const Database::Value& value) {
  const auto* found = std::get_if<std::int64_t>(&value);
  return found == nullptr ? 0 : *found;
}

inline std::string text(const Database::Value& value) {
  const auto* found = std::get_if<std::string>(&value);
  return found == nullptr ? std::string() : *found;
}

}  // namespace sharkreg::core
