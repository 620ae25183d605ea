// SPDX-License-Identifier: Apache-2.0
// What must hold in a store whatever happened to those that used it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace sharkreg::e2e {

// Bytes without a pattern; the same ones each time.
std::string random_content(std::size_t size, unsigned seed);

// What is wrong in the store, one line each: blobs whose content is not what their name says, or that
// can be written to; locks that somebody holds. Empty: nothing is.
std::string wrong_in_store(const std::filesystem::path& store);

}  // namespace sharkreg::e2e
