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
//
// What has to be unpacked is told by names alone, whatever the case of their letters:
//
//   weights.npy.gz, .zst      the artifact is weights.npy. What has no other extension before that,
//                             or .tar, is left as it is.
//   weights.tar#a/b.npy       the artifact is the member a/b.npy of the archive, as it is (also if
//                             that has a name such as b.npy.gz). Archives end in .tar, .tar.gz, .tgz,
//                             .tar.zst, .tzst, .tar.xz, .tar.bz2 or .zip.
//
// The location is then that of the archive, without '#' and member. A member's path is
// percent-decoded in URLs; it is relative, without "..", empty components and control characters.
Result<Source> parse_source(std::string_view text, const std::filesystem::path& directory);

}  // namespace sharkreg::core
