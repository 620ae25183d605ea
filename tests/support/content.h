// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sharkreg::test {

// Bytes that look random and are always the same for the same size and seed.
inline std::string content_of_size(std::size_t size, unsigned seed = 1) {
  std::string content(size, '\0');
  unsigned state = seed;
  for (char& byte : content) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return content;
}

}  // namespace sharkreg::test
