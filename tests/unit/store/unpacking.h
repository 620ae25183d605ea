// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "base/files.h"
#include "store/unpack.h"

namespace sharkreg::core {

// A directory with something to unpack.
struct Unpacker {
  TemporaryDirectory directory =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "unpack-").value();
  std::filesystem::path from = directory.path() / "from";
  std::filesystem::path to = directory.path() / "to";
  UnpackLimits limits = {.largest = {}, .reserve = 0};
  std::stop_token stop = {};

  // What comes out, or "error: " and its message without the names of the files. Nothing may be left
  // of what failed.
  std::string unpack(const std::string& bytes, const Unpacking& unpacking) {
    REQUIRE(std::ofstream(from, std::ios::binary).write(bytes.data(), size_of(bytes)).flush());
    const Result<void> unpacked = core::unpack(from, unpacking, to, limits, stop);
    CHECK(std::filesystem::exists(from));
    if (unpacked) return read_file(to).value();
    CHECK_FALSE(std::filesystem::exists(std::filesystem::symlink_status(to)));
    kind = unpacked.error().kind;
    hint = unpacked.error().hint;
    std::string message = unpacked.error().message;
    const std::string quoted = "\"" + from.native() + "\": ";
    const std::size_t at = message.find(quoted);
    return "error: " + (at == std::string::npos ? message : message.substr(at + quoted.size()));
  }
  std::string decompress(const std::string& bytes) {
    return unpack(bytes, {Unpacking::Kind::decompress, {}});
  }
  std::string take(const std::string& member, const std::string& archive) {
    return unpack(archive, {Unpacking::Kind::member, member});
  }

  static std::streamsize size_of(const std::string& bytes) {
    return static_cast<std::streamsize>(bytes.size());
  }

  ErrorKind kind = {};  // of the last error
  std::string hint;
};

}  // namespace sharkreg::core
