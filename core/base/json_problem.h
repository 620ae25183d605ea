// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <boost/json/error.hpp>

#include "base/json.h"
#include "base/json_builder.h"

namespace sharkreg::core {

// Where the parser stopped, and why.
struct JsonStop {
  std::size_t offset = 0;
  boost::json::error_code error;
};

// The parser calls itself for each level; files of people and tools have a handful.
inline constexpr std::size_t most_json_levels = 100;

// Why the text cannot be read at all: it is not UTF-8, or begins with a byte order mark.
std::optional<JsonProblem> find_encoding_problem(std::string_view text);

// What is wrong where the parser stopped.
JsonProblem describe(std::string_view text, const JsonStop& stop, const JsonBuilder& builder);

// The second of two equal keys, with its place.
JsonProblem describe(std::string_view text, const DuplicateJsonKey& duplicate);

}  // namespace sharkreg::core
