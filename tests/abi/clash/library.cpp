// SPDX-License-Identifier: Apache-2.0
#include "library.h"

namespace library {

int version() {
  static const int value = LIBRARY_VERSION;
  return value;
}

const Base& object() {
  static const Base base;
  return base;
}

void raise_trouble() {
  throw Trouble{};
}

}  // namespace library
