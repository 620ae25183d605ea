// SPDX-License-Identifier: Apache-2.0
#include "judge/scalar.h"

#include <cstring>
#include <memory>

namespace sharkreg::core {

bool is_widened_scalar(const TensorType& actual, const TensorType& expected) {
  return actual.element == ElementType::i32 && actual.shape.empty() && expected.shape.empty() &&
         is_integer(expected.element) && byte_size_of(expected.element) < sizeof(std::int32_t);
}

std::optional<Tensor> narrow_scalar(const Tensor& scalar, ElementType element) {
  const auto value = scalar.view().element<std::int32_t>(0);
  const std::size_t size = byte_size_of(element);
  const unsigned bits = element == ElementType::i1 ? 1 : static_cast<unsigned>(8 * size);
  const std::int32_t lowest = -(std::int32_t{1} << (bits - 1));
  const std::int32_t beyond = std::int32_t{1} << bits;
  if (value < lowest || value >= beyond) return std::nullopt;

  auto bytes = std::make_shared<std::string>(sizeof value, '\0');
  const auto low = static_cast<std::uint32_t>(value) & (static_cast<std::uint32_t>(beyond) - 1);
  std::memcpy(bytes->data(), &low, sizeof low);
  bytes->resize(size);
  return Tensor{{element, {}}, *bytes, bytes};
}

std::string scalar_text(const Tensor& scalar) {
  return std::to_string(scalar.view().element<std::int32_t>(0));
}

}  // namespace sharkreg::core
