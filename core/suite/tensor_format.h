// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace sharkreg::core {

// How a file of a tensor is read, by its name alone: "npy" if that ends in ".npy", written so (the
// runtimes do not take ".NPY" for it either), else "bin": raw little-endian elements.
std::string tensor_format_of(const std::filesystem::path& path);

}  // namespace sharkreg::core
