// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "store/remote_cache.h"

namespace sharkreg::core {

// Entries of a shared cache as Bazel's remote APIs have them (build.bazel.remote.execution.v2:
// ActionResult, in protobuf). Errors have the reason alone, to stand behind a name of the entry.

constexpr std::size_t most_entry_bytes = 4 << 20;
constexpr std::size_t most_error_bytes = 16 << 20;    // of RemoteEntry::standard_error
constexpr std::size_t most_inline_error = 64 * 1024;  // a longer one is a file beside the outputs

// An entry as it is sent. One whose standard_error is long lacks that, and names a file.
struct SentEntry {
  RemoteEntry entry;
  std::optional<RemoteOutput> standard_error_file;  // without a name
};

bool is_sha256(std::string_view text);  // 64 lower-case hexadecimal digits

// Errors (invalid): what RemoteOutput says of names and digests does not hold, or it has more than
// `largest` bytes.
Result<void> check(const RemoteOutput& output, std::uint64_t largest);

// Errors (invalid): an output as above, two of one name, more than 1000, or too long in all.
Result<std::string> action_result_of(const RemoteEntry& entry, std::uint64_t largest);

// Errors (infrastructure): no ActionResult; one of an action that failed; one of which a part is
// missing, or that has what action_result_of does not write.
Result<SentEntry> parse_action_result(std::string_view bytes, std::uint64_t largest);

}  // namespace sharkreg::core
