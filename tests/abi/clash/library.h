// SPDX-License-Identifier: Apache-2.0
// A library of two versions that cannot be told apart by their symbols: what a vendor links
// statically. LIBRARY_VERSION says which one is built.
#pragma once

#include <string>

namespace library {

// Not in the same order in both versions.
class Base {
 public:
  virtual ~Base() = default;
#if LIBRARY_VERSION == 1
  virtual int first() const { return 1; }
  virtual std::string second() const { return "one"; }
#else
  virtual std::string second() const { return "two"; }
  virtual int first() const { return 2; }
#endif
};

// One object for the whole process, if plugins were not kept apart (STB_GNU_UNIQUE).
template <class T>
struct Shared {
  static inline int counter = LIBRARY_VERSION * 100;
};

struct Trouble {
  int version = LIBRARY_VERSION;
};

int version();
const Base& object();
[[noreturn]] void raise_trouble();

}  // namespace library
