// SPDX-License-Identifier: Apache-2.0
#include "guarded_tensor.h"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>

namespace sharkreg::conformance {
namespace {

[[noreturn]] void no_memory() {
  throw std::system_error(errno, std::generic_category(), "no memory for a tensor");
}

}  // namespace

GuardedTensor::GuardedTensor(sr_element_type type, std::vector<std::uint64_t> shape,
                             std::string_view bytes, Place place, Age age)
    : shape_(std::move(shape)), tensor_(age) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t inner = (bytes.size() + page) / page * page;
  size_ = inner + 2 * page;
  void* pages = ::mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) no_memory();
  pages_ = static_cast<char*>(pages);
  char* const readable = pages_ + page;
  if (::mprotect(readable, inner, PROT_READ | PROT_WRITE) != 0) no_memory();
  char* const data = place == Place::at_end ? readable + inner - bytes.size() : readable;
  if (!bytes.empty()) std::memcpy(data, bytes.data(), bytes.size());
  if (::mprotect(readable, inner, PROT_READ) != 0) no_memory();

  sr_tensor& tensor = tensor_.table;
  tensor.element_type = type;
  tensor.rank = static_cast<std::uint32_t>(shape_.size());
  tensor.shape = shape_.data();
  tensor.data = bytes.empty() ? nullptr : data;
  tensor.byte_size = bytes.size();
  if (const auto* known = information_of(static_cast<ElementType>(type))) {
    tensor.element_bits = known->bits;
    tensor.type_name = to_abi(known->name);
  }
}

GuardedTensor::~GuardedTensor() {
  ::munmap(pages_, size_);
}

}  // namespace sharkreg::conformance
