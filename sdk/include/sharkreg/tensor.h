// SPDX-License-Identifier: Apache-2.0
#ifndef SHARKREG_TENSOR_H
#define SHARKREG_TENSOR_H

#include <sharkreg/comparator_abi.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sharkreg {

// The element types of IREE and NumPy. The numbers are those of the C ABI.
enum class ElementType : sr_element_type {
  opaque = SR_TYPE_OPAQUE,
  f64 = SR_TYPE_F64,
  f32 = SR_TYPE_F32,
  f16 = SR_TYPE_F16,
  bf16 = SR_TYPE_BF16,
  f8E5M2 = SR_TYPE_F8E5M2,
  f8E4M3FN = SR_TYPE_F8E4M3FN,
  f8E5M2FNUZ = SR_TYPE_F8E5M2FNUZ,
  f8E4M3FNUZ = SR_TYPE_F8E4M3FNUZ,
  f8E8M0FNU = SR_TYPE_F8E8M0FNU,
  i1 = SR_TYPE_I1,
  i8 = SR_TYPE_I8,
  i16 = SR_TYPE_I16,
  i32 = SR_TYPE_I32,
  i64 = SR_TYPE_I64,
  u8 = SR_TYPE_U8,
  u16 = SR_TYPE_U16,
  u32 = SR_TYPE_U32,
  u64 = SR_TYPE_U64,
  c64 = SR_TYPE_C64,
  c128 = SR_TYPE_C128,
};

struct ElementTypeInformation {
  ElementType type;
  std::string_view name;  // as IREE writes it in "2x3xf32"
  std::size_t byte_size;  // of one element
};

inline constexpr ElementTypeInformation element_types[] = {
    {ElementType::f64, "f64", 8},
    {ElementType::f32, "f32", 4},
    {ElementType::f16, "f16", 2},
    {ElementType::bf16, "bf16", 2},
    {ElementType::f8E5M2, "f8E5M2", 1},
    {ElementType::f8E4M3FN, "f8E4M3FN", 1},
    {ElementType::f8E5M2FNUZ, "f8E5M2FNUZ", 1},
    {ElementType::f8E4M3FNUZ, "f8E4M3FNUZ", 1},
    {ElementType::f8E8M0FNU, "f8E8M0FNU", 1},
    {ElementType::i1, "i1", 1},
    {ElementType::i8, "i8", 1},
    {ElementType::i16, "i16", 2},
    {ElementType::i32, "i32", 4},
    {ElementType::i64, "i64", 8},
    {ElementType::u8, "ui8", 1},
    {ElementType::u16, "ui16", 2},
    {ElementType::u32, "ui32", 4},
    {ElementType::u64, "ui64", 8},
    {ElementType::c64, "complex<f32>", 8},
    {ElementType::c128, "complex<f64>", 16},
};

inline const ElementTypeInformation* information_of(ElementType type) {
  for (const auto& information : element_types) {
    if (information.type == type) return &information;
  }
  return nullptr;
}

inline std::string_view name_of(ElementType type) {
  const ElementTypeInformation* information = information_of(type);
  return information == nullptr ? std::string_view("opaque") : information->name;
}

// 0 for an opaque type.
inline std::size_t byte_size_of(ElementType type) {
  const ElementTypeInformation* information = information_of(type);
  return information == nullptr ? 0 : information->byte_size;
}

// Takes signed spellings ("si32") as well as signless ones ("i32"): they are compared alike.
inline std::optional<ElementType> element_type_from_name(std::string_view name) {
  if (name.size() > 2 && name.substr(0, 2) == "si") name.remove_prefix(1);
  for (const auto& information : element_types) {
    if (information.name == name) return information.type;
  }
  return std::nullopt;
}

// A dense tensor that someone else owns: row-major, little-endian, not necessarily aligned.
// Rank 0 (an empty shape) is a scalar with one element.
struct TensorView {
  ElementType type = ElementType::opaque;
  std::vector<std::uint64_t> shape;
  const void* data = nullptr;
  std::uint64_t byte_size = 0;

  // Elements; bytes for an opaque type.
  std::uint64_t count() const {
    const std::size_t size = byte_size_of(type);
    return size == 0 ? byte_size : byte_size / size;
  }

  // Element `index` (row-major) as T, which must have the size of the element type.
  template <class T>
  T element(std::uint64_t index) const {
    T value;
    std::memcpy(&value, static_cast<const char*>(data) + index * sizeof(T), sizeof(T));
    return value;
  }
};

// Widens IEEE 754 binary16, exactly.
inline float f16_to_f32(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
  std::uint32_t exponent = (bits >> 10) & 0x1fu;
  std::uint32_t fraction = bits & 0x3ffu;
  std::uint32_t wide = 0;
  if (exponent == 0x1f) {
    wide = sign | 0x7f800000u | (fraction << 13);
  } else if (exponent != 0) {
    wide = sign | ((exponent + 112u) << 23) | (fraction << 13);
  } else if (fraction == 0) {
    wide = sign;
  } else {
    exponent = 113;
    while ((fraction & 0x400u) == 0) {
      fraction <<= 1;
      --exponent;
    }
    wide = sign | (exponent << 23) | ((fraction & 0x3ffu) << 13);
  }
  float result;
  std::memcpy(&result, &wide, sizeof result);
  return result;
}

// Widens bfloat16, exactly: it is the upper half of a binary32.
inline float bf16_to_f32(std::uint16_t bits) {
  const std::uint32_t wide = static_cast<std::uint32_t>(bits) << 16;
  float result;
  std::memcpy(&result, &wide, sizeof result);
  return result;
}

}  // namespace sharkreg

#endif  // SHARKREG_TENSOR_H
