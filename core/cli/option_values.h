// SPDX-License-Identifier: Apache-2.0
// The values of options as what they mean. Errors (usage) name the option and what it should have been.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "cli/settings.h"

namespace sharkreg::core {

// "200G" (powers of 1000), "200Gi" (of 1024), "1.5T", "4096": bytes. Absent: it is none of these.
std::optional<std::uint64_t> bytes_of(std::string_view text);

// "30d", "12h", "45m", "90s". Absent: it is none of these.
std::optional<std::chrono::seconds> duration_of(std::string_view text);

// The option's value as bytes or as a time; absent if it was not given.
Result<std::optional<std::uint64_t>> bytes_option(const Settings& settings,
                                                  const std::string& name);
Result<std::optional<std::chrono::seconds>> duration_option(const Settings& settings,
                                                            const std::string& name);

// The option's value as a whole number from `least` to `most`.
Result<std::size_t> count_option(const Settings& settings, const std::string& name,
                                 std::size_t least, std::size_t most);

// "--jobs is "0"; expected …".
Error wrong_value(const Settings& settings, const std::string& name, std::string_view expected);

}  // namespace sharkreg::core
