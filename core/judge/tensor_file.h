// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sharkreg/tensor.h>

#include "base/error.h"
#include "judge/tensor_type.h"

namespace sharkreg::core {

// A tensor together with what keeps its bytes alive: a mapped file, or memory of its own.
struct Tensor {
  TensorType type;
  std::string_view bytes;  // row-major, little-endian, as many as the type needs
  std::shared_ptr<const void> owner;

  // For a comparator. Valid as long as the tensor.
  TensorView view() const { return {type.element, type.shape, bytes.data(), bytes.size()}; }
};

// Size of a file that holds a tensor.
Result<std::uint64_t> file_size_of(const std::filesystem::path& path);

// Reads an .npy file: little-endian, in C order, and exactly as long as its header says; everything
// else is an error of kind invalid that says what the file has.
//
// Types that NumPy lacks (bf16, f8…) stand in such files as voids of their size ("<V2", "|V1"):
// those are read as `stated`, and are an error without it. Otherwise the header alone counts.
Result<Tensor> read_npy(const std::filesystem::path& path,
                        std::optional<ElementType> stated = std::nullopt);

// Reads a file of raw little-endian elements, which must be exactly as long as the type needs; else
// an error of kind invalid with both sizes.
Result<Tensor> read_raw(const std::filesystem::path& path, const TensorType& type);

}  // namespace sharkreg::core
