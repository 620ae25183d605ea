// SPDX-License-Identifier: Apache-2.0
#include "judge/raw_result.h"

#include <algorithm>

#include "judge/scalar.h"

namespace sharkreg::core {
namespace {

using RawResult = std::variant<TensorType, ResultDiffers, ResultBroken>;

std::string with_size(const TensorType& type) {
  const auto size = byte_size_of(type);
  return to_text(type) + (size ? " (" + std::to_string(*size) + " bytes)" : "");
}

// A scalar result comes out in 32 bits at least.
TensorType as_written(const TensorType& type, std::uint64_t byte_size) {
  const TensorType wide{ElementType::i32, {}};
  return byte_size == byte_size_of(wide) && is_widened_scalar(wide, type) ? wide : type;
}

bool can_become(const DeclaredResult& declared, const std::vector<std::uint64_t>& shape) {
  return std::equal(declared.shape.begin(), declared.shape.end(), shape.begin(), shape.end(),
                    [](std::int64_t size, std::uint64_t wanted) {
                      return size < 0 || static_cast<std::uint64_t>(size) == wanted;
                    });
}

RawResult as_expected(std::uint64_t byte_size, const TensorType& expected) {
  const TensorType type = as_written(expected, byte_size);
  if (byte_size == byte_size_of(type)) return type;
  return ResultDiffers{"size " + std::to_string(byte_size) + " bytes, expected " +
                       with_size(expected)};
}

RawResult broken(std::uint64_t byte_size, const DeclaredResult& declared) {
  return ResultBroken{"has " + std::to_string(byte_size) + " bytes, which cannot be the " +
                      to_text(declared) + " that the program declares"};
}

// Puts the one dimension that the size leaves room for in the place of the dynamic one.
RawResult with_computed_dimension(std::uint64_t byte_size, const DeclaredResult& declared,
                                  TensorType type, const TensorType& expected) {
  const auto dynamic =
      static_cast<std::size_t>(std::find_if(declared.shape.begin(), declared.shape.end(),
                                            [](std::int64_t size) { return size < 0; }) -
                               declared.shape.begin());
  type.shape[dynamic] = 1;
  const auto slice = byte_size_of(type);
  if (!slice) return broken(byte_size, declared);
  if (*slice == 0) {
    // Empty whatever the dimension is, so the size does not tell; any claim would be a guess.
    if (byte_size != 0) return broken(byte_size, declared);
    type.shape[dynamic] = can_become(declared, expected.shape) ? expected.shape[dynamic] : 0;
    return type;
  }
  if (byte_size % *slice != 0) return broken(byte_size, declared);
  type.shape[dynamic] = byte_size / *slice;
  return type;
}

// Several dynamic dimensions: the size alone leaves several shapes open, so all that can be asked
// is whether the expected one is among them.
RawResult with_expected_dimensions(std::uint64_t byte_size, const DeclaredResult& declared,
                                   TensorType type, const TensorType& expected) {
  if (!can_become(declared, expected.shape)) {
    return ResultDiffers{"shape " + to_text(declared) + ", expected " + to_text(expected)};
  }
  type.shape = expected.shape;
  if (byte_size == byte_size_of(type)) return type;
  return ResultDiffers{"size " + std::to_string(byte_size) + " bytes of " + to_text(declared) +
                       ", expected " + with_size(expected)};
}

}  // namespace

RawResult type_of_raw_result(std::uint64_t byte_size, const std::optional<DeclaredResult>& declared,
                             const TensorType& expected) {
  if (!declared) return as_expected(byte_size, expected);
  const auto element = element_type_from_name(declared->type);
  if (!element || byte_size_of(*element) == 0) {
    return ResultBroken{"is declared by the program as " + to_text(*declared) +
                        ", whose element type is not known"};
  }
  TensorType type{*element, {}};
  for (const std::int64_t size : declared->shape) {
    type.shape.push_back(size < 0 ? 0 : static_cast<std::uint64_t>(size));
  }
  const auto dynamic = std::count_if(declared->shape.begin(), declared->shape.end(),
                                     [](std::int64_t size) { return size < 0; });
  if (dynamic == 1) return with_computed_dimension(byte_size, *declared, type, expected);
  if (dynamic > 1) return with_expected_dimensions(byte_size, *declared, type, expected);
  type = as_written(type, byte_size);
  if (byte_size != byte_size_of(type)) return broken(byte_size, *declared);
  return type;
}

}  // namespace sharkreg::core
