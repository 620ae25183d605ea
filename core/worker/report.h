// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/error.h"

namespace sharkreg::core {

// Writes why the worker fails to standard error: a line with the message, a line with the hint.
void report(const std::string& message, const std::string& hint);
void report(const Error& error);

}  // namespace sharkreg::core
