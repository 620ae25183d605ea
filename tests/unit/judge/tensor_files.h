// SPDX-License-Identifier: Apache-2.0
// Files of tensors, made for a test and removed with it.
#pragma once

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "base/files.h"

namespace sharkreg::core {

template <class Number>
std::string bytes_of(const std::vector<Number>& numbers) {
  std::string bytes(numbers.size() * sizeof(Number), '\0');
  if (!numbers.empty()) std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

// An .npy file around a dictionary and data; only version 1 has a short length.
inline std::string npy_with_header(const std::string& dictionary, const std::string& data,
                                   int version = 1) {
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  const std::string header = dictionary + "\n";
  for (int byte = 0; byte < (version == 1 ? 2 : 4); ++byte) {
    file += static_cast<char>(header.size() >> (8 * byte));
  }
  return file + header + data;
}

// As NumPy writes it; `shape` is "()", "(2,)", "(2, 3)".
inline std::string npy(const std::string& descr, const std::string& shape,
                       const std::string& data) {
  return npy_with_header(
      "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }", data);
}

class TensorFiles {
 public:
  TensorFiles()
      : directory_(
            TemporaryDirectory::create(std::filesystem::temp_directory_path(), "judge-").value()) {}

  std::filesystem::path path(const std::string& name) const { return directory_.path() / name; }

  std::filesystem::path add(const std::string& name, const std::string& content) const {
    std::ofstream file(path(name), std::ios::binary);
    file << content;
    REQUIRE(file.flush());
    return path(name);
  }

 private:
  TemporaryDirectory directory_;
};

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace sharkreg::core
