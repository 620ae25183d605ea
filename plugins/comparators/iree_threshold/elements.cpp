// SPDX-License-Identifier: Apache-2.0
#include "elements.h"

namespace iree_threshold {

using sharkreg::TensorView;

unsigned element_bits(const TensorView& tensor) {
  const unsigned known = bits_of(tensor.type);
  const unsigned bits = known != 0 ? known : tensor.element_bits;
  return bits == 0 || (bits > 8 && bits % 8 != 0) ? 8 : bits;
}

std::uint64_t element_count(const TensorView& tensor) {
  const unsigned bits = element_bits(tensor);
  return bits % 8 == 0 ? tensor.byte_size / (bits / 8) : tensor.count();
}

}  // namespace iree_threshold
