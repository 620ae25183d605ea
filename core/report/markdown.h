// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "report/run_view.h"

namespace sharkreg::core {

// GitHub shows no summary of a step at all when it is larger.
inline constexpr std::size_t largest_github_summary = std::size_t{1} << 20U;

// The run in GitHub's Markdown: the conclusion, the table of submodel × step, why steps were not
// judged, and a folded block for each step that went wrong. No more than `most` bytes: what does
// not fit is left out from the end, and counted.
std::string markdown_summary(const RunView& view, std::size_t most = largest_github_summary);

// Appends it: several programs write into the file that GITHUB_STEP_SUMMARY names. What is there
// counts against the limit.
Result<void> append_markdown_summary(const std::filesystem::path& path, const RunView& view);

}  // namespace sharkreg::core
