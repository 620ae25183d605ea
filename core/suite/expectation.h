// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "suite/case.h"
#include "suite/field.h"

namespace sharkreg::core {

// Which step an expectation is about.
enum class ExpectedStage { compile, run };

// Reads whether a step is expected to fail: true, false, or an object with any of kind, message,
// reason and issue. None for false, and after a report.
std::optional<Expectation> read_expectation(const Field& field, ExpectedStage stage);

// Reads on which targets a compile is expected to fail: an array whose elements are names of
// targets, or objects with "chip" besides the members of an expectation.
std::map<std::string, Expectation> read_target_expectations(const Field& field);

}  // namespace sharkreg::core
