// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sharkreg::core {

std::vector<std::string> split(std::string_view text, char separator);
std::string join(std::span<const std::string> texts, std::string_view separator);
std::string_view trim(std::string_view text);

// Whether `text` as a whole matches a shell pattern of '*', '?' and '[…]'.
bool matches_glob(std::string_view text, std::string_view pattern);

// Up to `most` of the candidates that look like `wanted` (few edits away), best first; none if
// nothing comes near.
std::vector<std::string> nearest_names(std::string_view wanted,
                                       std::span<const std::string> candidates,
                                       std::size_t most = 3);

// "; did you mean a or b?", or "" if nothing comes near: to be put behind a message.
std::string did_you_mean(std::string_view wanted, std::span<const std::string> candidates);

// The text as one word of a POSIX shell.
std::string shell_quote(std::string_view text);

bool is_valid_utf8(std::string_view text);

// How many bytes at the beginning are valid UTF-8: all, or those before the first that is not.
std::size_t valid_utf8_length(std::string_view text);

// The text with invalid UTF-8 replaced by U+FFFD and control characters other than tab and newline
// removed, also whole escape sequences of terminals, so that it can be shown and stored.
std::string printable(std::string_view text);

// "1.2 s", "340 ms", "2 min 5 s".
std::string human_duration(double seconds);

// The name of a step without the number of its repetition: "run acme a1" for "run acme a1 #2".
std::string without_repetition(const std::string& step);

}  // namespace sharkreg::core
