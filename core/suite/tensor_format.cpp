// SPDX-License-Identifier: Apache-2.0
#include "suite/tensor_format.h"

namespace sharkreg::core {

std::string tensor_format_of(const std::filesystem::path& path) {
  return path.extension() == ".npy" ? "npy" : "bin";
}

}  // namespace sharkreg::core
