// SPDX-License-Identifier: Apache-2.0
#include "number_text.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include <sharkreg/conversions.h>

#include "elements.h"

namespace iree_threshold {
namespace {

using sharkreg::ElementType;
using sharkreg::TensorView;

template <class Number, class... Format>
std::string text_of(Number value, Format... format) {
  char buffer[64];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value, format...);
  return std::string(buffer, result.ptr);
}

template <class Number>
std::string complex_text(Number real, Number imaginary) {
  const std::string second = text_of(imaginary);
  return text_of(real) + (second.front() == '-' ? "" : "+") + second + "i";
}

std::string hexadecimal_text(const TensorView& tensor, std::uint64_t index) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text = "0x";
  const unsigned bits = element_bits(tensor);
  if (bits % 8 != 0) {
    const std::uint32_t value = sharkreg::packed_element(tensor, index, bits);
    return text + digits[value >> 4] + digits[value & 15];
  }
  const std::size_t size = bits / 8;
  const auto* bytes = static_cast<const unsigned char*>(tensor.data) + index * size;
  // Little-endian memory; people write the high digits first.
  for (std::size_t byte = size; byte-- > 0;) {
    text += digits[bytes[byte] >> 4];
    text += digits[bytes[byte] & 15];
  }
  return text;
}

}  // namespace

std::string element_text(const TensorView& tensor, std::uint64_t index) {
  switch (tensor.type) {
    case ElementType::f64:
      return text_of(tensor.element<double>(index));
    case ElementType::f32:
      return text_of(tensor.element<float>(index));
    case ElementType::f16:
      return text_of(sharkreg::f16_to_f32(tensor.element<std::uint16_t>(index)));
    case ElementType::bf16:
      return text_of(sharkreg::bf16_to_f32(tensor.element<std::uint16_t>(index)));
    case ElementType::i1:
    case ElementType::u8:
      return text_of(static_cast<unsigned>(tensor.element<std::uint8_t>(index)));
    case ElementType::i8:
      return text_of(static_cast<int>(tensor.element<std::int8_t>(index)));
    case ElementType::i16:
      return text_of(tensor.element<std::int16_t>(index));
    case ElementType::i32:
      return text_of(tensor.element<std::int32_t>(index));
    case ElementType::i64:
      return text_of(tensor.element<std::int64_t>(index));
    case ElementType::u16:
      return text_of(tensor.element<std::uint16_t>(index));
    case ElementType::u32:
      return text_of(tensor.element<std::uint32_t>(index));
    case ElementType::u64:
      return text_of(tensor.element<std::uint64_t>(index));
    case ElementType::c64:
      return complex_text(tensor.element<float>(2 * index), tensor.element<float>(2 * index + 1));
    case ElementType::c128:
      return complex_text(tensor.element<double>(2 * index), tensor.element<double>(2 * index + 1));
    default:
      return hexadecimal_text(tensor, index);
  }
}

std::string short_text(double value) {
  return text_of(value, std::chars_format::general, 4);
}

std::string place_text(const TensorView& tensor, std::uint64_t index) {
  std::string text = "element " + std::to_string(index);
  if (tensor.shape.size() < 2) return text;
  std::vector<std::uint64_t> position(tensor.shape.size());
  std::uint64_t rest = index;
  for (std::size_t dimension = tensor.shape.size(); dimension-- > 0;) {
    position[dimension] = rest % tensor.shape[dimension];
    rest /= tensor.shape[dimension];
  }
  text += " (at [";
  for (std::size_t dimension = 0; dimension < position.size(); ++dimension) {
    text += (dimension == 0 ? "" : ", ") + std::to_string(position[dimension]);
  }
  return text + "])";
}

}  // namespace iree_threshold
