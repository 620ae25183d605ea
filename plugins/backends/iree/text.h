// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sharkreg::iree {

// Without white space at both ends.
std::string_view trimmed(std::string_view text);

// The lines of a text without their ends. They refer to `text`.
std::vector<std::string_view> lines_of(std::string_view text);

std::vector<std::string> split(std::string_view text, char separator);

std::string joined(const std::vector<std::string>& texts, std::string_view separator);

// What stands between the two markers, first occurrence; empty when one of them is missing.
std::string_view between(std::string_view text, std::string_view before, std::string_view after);

bool contains(std::string_view text, std::string_view part);

// The start of a file, at most `limit` bytes; empty when it cannot be read.
std::string read_text(const std::string& path, std::size_t limit);

}  // namespace sharkreg::iree
