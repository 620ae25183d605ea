// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace s3 {

// "s3://BUCKET/KEY": the key percent-decoded, as in every URL; "//" and "/../" in it are its own.
struct ObjectUrl {
  std::string bucket;
  std::string key;  // without the slash before it

  // Throws Failure(invalid) for what names no object.
  static ObjectUrl parse(const std::string& url);
};

}  // namespace s3
