// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <sys/mman.h>
#include <unistd.h>

namespace sharkreg::core {

// The first `size` bytes of a struct, with struct_size saying so, right before memory that nobody
// may touch: who reads a member behind them ends the process. `size` is a multiple of the struct's
// alignment.
template <class Struct>
class CutOff {
 public:
  CutOff(const Struct& whole, std::size_t size) : page_(static_cast<std::size_t>(::getpagesize())) {
    memory_ =
        ::mmap(nullptr, 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED || ::mprotect(end(), page_, PROT_NONE) != 0) {
      throw std::runtime_error("no memory to guard");
    }
    Struct shorter = whole;
    shorter.struct_size = size;
    place_ = end() - size;
    std::memcpy(place_, &shorter, size);
  }
  CutOff(const CutOff&) = delete;
  CutOff& operator=(const CutOff&) = delete;
  ~CutOff() { ::munmap(memory_, 2 * page_); }

  const Struct* get() const { return reinterpret_cast<const Struct*>(place_); }

 private:
  char* end() const { return static_cast<char*>(memory_) + page_; }

  std::size_t page_;
  void* memory_ = nullptr;
  char* place_ = nullptr;
};

// A struct as a later version would have it: with more behind it, here garbage.
template <class Struct>
struct Longer {
  explicit Longer(const Struct& known) : head(known) {
    head.struct_size = sizeof(Longer);
    std::memset(tail, 0xa5, sizeof tail);
  }

  Struct head;
  unsigned char tail[64];
};

}  // namespace sharkreg::core
