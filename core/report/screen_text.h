// SPDX-License-Identifier: Apache-2.0
// Text as a terminal shows it: what is harmless, how wide it is, cut and wrapped to a width.
//
// Widths are in columns: a CJK character or an emoji takes two, a combining mark none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sharkreg::core {

// The text without anything that acts on a terminal or misleads its reader: no escape sequences, no
// control characters but tab and newline, no changes of the writing direction; invalid UTF-8
// becomes U+FFFD. To be called on all text that comes from files, tools and plugins.
std::string harmless(std::string_view text);

// harmless(), in one line: tabs and newlines become spaces.
std::string harmless_line(std::string_view text);

// The next four take text that is harmless_line().
std::size_t display_width(std::string_view text);

// At most `width` columns; what is cut off is replaced by "…".
std::string cut(std::string_view text, std::size_t width);

// As cut(), but leaves something out in the middle: both ends of a name tell.
std::string cut_middle(std::string_view text, std::size_t width);

// With spaces added at the right up to `width`.
std::string padded(std::string_view text, std::size_t width);

// Broken at spaces into lines of at most `width` columns. A word that is wider than that is neither
// broken nor moved to the next line: paths and commands are there to be copied.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace sharkreg::core
