// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"
#include "suite/case.h"

namespace sharkreg::core {

// Whether the text is a URL: a scheme of two letters or more, then "://". All else is a path.
bool is_url(std::string_view text);

// Reads where an artifact comes from: a URL, an absolute path, or a path relative to `directory`.
// Nothing is looked up. The file name never leads out of a directory and never looks like an
// option; it is percent-decoded where that gives a plain name. The error's message says what is
// expected in place of the text.
Result<Source> parse_source(std::string_view text, const std::filesystem::path& directory);

}  // namespace sharkreg::core
