// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/history.h"

namespace sharkreg::core {

enum class ExportFormat {
  csv,         // RFC 4180: a line of names, CRLF at the ends of lines
  json_lines,  // an object a line
};

// All executions of these subjects, one subject after the other, the latest first, as lines. Times
// are in seconds, memory in bytes, in both formats by the same names. Memory for some hundred lines
// is taken, however many there are.
Result<void> export_history(History& history, const std::vector<Subject>& subjects,
                            ExportFormat format,
                            const std::function<void(std::string_view)>& write);

}  // namespace sharkreg::core
