// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sharkreg::conformance {

// What stands in a shared library, read without loading it.
struct ElfFile {
  std::string trouble;  // why it is no library of this machine; empty: it is one
  std::vector<std::string> exports;
};

ElfFile read_elf(const std::filesystem::path& file);

}  // namespace sharkreg::conformance
