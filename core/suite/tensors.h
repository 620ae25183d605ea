// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "suite/case.h"
#include "suite/field.h"

namespace sharkreg::core {

// Reads a path (relative to `directory`) or a URL, or an object that has it as "source", perhaps
// with its pins; none after a report.
std::optional<Source> read_source(const Field& field, const std::filesystem::path& directory);

// Read the arrays "inputs" and "outputs": objects with source, its pins, and value. What is wrong is reported.
std::vector<TensorSource> read_inputs(const Field& field, const std::filesystem::path& directory);
std::vector<TensorSource> read_outputs(const Field& field, const std::filesystem::path& directory);

}  // namespace sharkreg::core
