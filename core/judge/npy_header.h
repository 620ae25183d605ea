// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace sharkreg::core {

// What stands before the data of a .npy file (NumPy's format, versions 1, 2 and 3).
struct NpyHeader {
  std::string descr;  // type as NumPy writes it: "<f4"
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
  std::size_t data_offset = 0;  // in the file
};

// Errors of kind invalid: not an .npy file, a later version, a header that is cut off or cannot be
// understood, structured types. The messages are predicates without a subject ("is not …"), to be
// put behind the file's name.
Result<NpyHeader> parse_npy_header(std::string_view file);

}  // namespace sharkreg::core
