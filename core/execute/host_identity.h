// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sharkreg::core {

// What of this machine can decide the result of a compile: its architecture and its processor with
// all its features. "x86_64, AMD EPYC 9575F 64-Core Processor, features 1a2b3c4d".
std::string host_identity();

// From the text of /proc/cpuinfo. Its numbers that come and go (frequencies, the core) do not count.
std::string host_identity_of(std::string_view architecture, std::string_view cpuinfo);

// Kernel and drivers in it, as far as the kernel's version tells.
std::string kernel_identity();

// The C library's files that this program uses, and that compilers fold constants by.
std::vector<std::filesystem::path> c_library_files();

}  // namespace sharkreg::core
