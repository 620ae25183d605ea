// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include <sharkreg/fetcher.h>

#include "base/artifact.h"
#include "store/download.h"

// Files that lie where artifacts are wanted, as an earlier runner left them: what is right needs no
// download.
namespace sharkreg::core {

// A file, and no link.
bool is_plain_file(const std::filesystem::path& path);

// What the server says of the digests of a content. What looks like a digest in the validator, which
// may be an ETag, is taken for one: if it is none, no file has it.
Pin digests_told_by(const ArtifactInformation& information);

// Copies the file to `part`, by reflink where the file system can, if that is the artifact: if it
// has the size, and the strongest of the digests that are `told`. The file itself is not touched.
// Absent: it is not, or cannot be copied; then there is no `part`.
std::optional<Downloaded> adopt(const std::filesystem::path& file,
                                const ArtifactInformation& information, const Pin& told,
                                const std::filesystem::path& part);

}  // namespace sharkreg::core
