// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include <sharkreg/tensor.h>

#include "tree.h"

namespace sharkreg::conformance {

// A tensor whose bytes can be read and nothing else: they lie between two pages that nobody may
// touch, at the very end of the readable ones or at their very beginning. Who writes, or reads past
// them, is ended by SIGSEGV.
class GuardedTensor {
 public:
  enum class Place { at_end, at_beginning };

  GuardedTensor(sr_element_type type, std::vector<std::uint64_t> shape, std::string_view bytes,
                Place place = Place::at_end, Age age = Age::current);
  GuardedTensor(const GuardedTensor&) = delete;
  GuardedTensor& operator=(const GuardedTensor&) = delete;
  ~GuardedTensor();

  const sr_tensor* abi() const { return &tensor_.table; }
  sr_tensor& table() { return tensor_.table; }

 private:
  std::vector<std::uint64_t> shape_;
  Padded<sr_tensor> tensor_;
  char* pages_ = nullptr;
  std::size_t size_ = 0;
};

// The bytes of numbers as they lie in a tensor.
template <class T>
std::string bytes_of(const std::vector<T>& numbers) {
  return std::string(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T));
}

}  // namespace sharkreg::conformance
