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
  f6E2M3FN = SR_TYPE_F6E2M3FN,
  f6E3M2FN = SR_TYPE_F6E3M2FN,
  f4E2M1FN = SR_TYPE_F4E2M1FN,
  i1 = SR_TYPE_I1,
  i8 = SR_TYPE_I8,
  i16 = SR_TYPE_I16,
  i32 = SR_TYPE_I32,
  i64 = SR_TYPE_I64,
  u8 = SR_TYPE_U8,
  u16 = SR_TYPE_U16,
  u32 = SR_TYPE_U32,
  u64 = SR_TYPE_U64,
  i4 = SR_TYPE_I4,
  u4 = SR_TYPE_U4,
  i2 = SR_TYPE_I2,
  u2 = SR_TYPE_U2,
  c64 = SR_TYPE_C64,
  c128 = SR_TYPE_C128,
};

struct ElementTypeInformation {
  ElementType type;
  std::string_view name;  // as IREE writes it in "2x3xf32"
  unsigned bits;          // of one element, as it lies in memory
};

inline constexpr ElementTypeInformation element_types[] = {
    {ElementType::f64, "f64", 64},
    {ElementType::f32, "f32", 32},
    {ElementType::f16, "f16", 16},
    {ElementType::bf16, "bf16", 16},
    {ElementType::f8E5M2, "f8E5M2", 8},
    {ElementType::f8E4M3FN, "f8E4M3FN", 8},
    {ElementType::f8E5M2FNUZ, "f8E5M2FNUZ", 8},
    {ElementType::f8E4M3FNUZ, "f8E4M3FNUZ", 8},
    {ElementType::f8E8M0FNU, "f8E8M0FNU", 8},
    {ElementType::f6E2M3FN, "f6E2M3FN", 6},
    {ElementType::f6E3M2FN, "f6E3M2FN", 6},
    {ElementType::f4E2M1FN, "f4E2M1FN", 4},
    {ElementType::i1, "i1", 8},
    {ElementType::i8, "i8", 8},
    {ElementType::i16, "i16", 16},
    {ElementType::i32, "i32", 32},
    {ElementType::i64, "i64", 64},
    {ElementType::u8, "ui8", 8},
    {ElementType::u16, "ui16", 16},
    {ElementType::u32, "ui32", 32},
    {ElementType::u64, "ui64", 64},
    {ElementType::i4, "i4", 4},
    {ElementType::u4, "ui4", 4},
    {ElementType::i2, "i2", 2},
    {ElementType::u2, "ui2", 2},
    {ElementType::c64, "complex<f32>", 64},
    {ElementType::c128, "complex<f64>", 128},
};

// Null for an opaque type.
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

// Of one element, as it lies in memory; 0 for an opaque type.
inline unsigned bits_of(ElementType type) {
  const ElementTypeInformation* information = information_of(type);
  return information == nullptr ? 0 : information->bits;
}

// Of one element; 0 for an opaque type, and for one whose elements are no whole number of bytes.
inline std::size_t byte_size_of(ElementType type) {
  const unsigned bits = bits_of(type);
  return bits % 8 == 0 ? bits / 8 : 0;
}

// Takes signed spellings ("si32") as well as signless ones ("i32"): they are compared alike.
inline std::optional<ElementType> element_type_from_name(std::string_view name) {
  if (name.size() > 2 && name.substr(0, 2) == "si") name.remove_prefix(1);
  for (const auto& information : element_types) {
    if (information.name == name) return information.type;
  }
  return std::nullopt;
}

// A dense tensor that someone else owns: row-major, little-endian, not necessarily aligned; elements
// of less than a byte are packed as comparator_abi.h says. Rank 0 (an empty shape) is a scalar with
// one element. conversions.h reads its elements as numbers.
struct TensorView {
  ElementType type = ElementType::opaque;
  std::vector<std::uint64_t> shape;
  const void* data = nullptr;
  std::uint64_t byte_size = 0;

  // For an opaque type: bits of one element, 0 if that is not known, and the compiler's name for it.
  unsigned element_bits = 0;
  std::string_view type_name = {};

  // Elements; bytes for a type of which nothing is known.
  std::uint64_t count() const {
    if (const std::size_t size = byte_size_of(type)) return byte_size / size;
    if (bits_of(type) == 0 && element_bits == 0) return byte_size;
    std::uint64_t elements = 1;
    for (const std::uint64_t dimension : shape) elements *= dimension;
    return elements;
  }

  // Element `index` (row-major) as T, which must have the size of the element type.
  template <class T>
  T element(std::uint64_t index) const {
    T value;
    std::memcpy(&value, static_cast<const char*>(data) + index * sizeof(T), sizeof(T));
    return value;
  }
};

}  // namespace sharkreg

#endif  // SHARKREG_TENSOR_H
