// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "server_process.h"

namespace sharkreg::test {

// https://github.com/versity/versitygw: an S3 service over a directory. It asks for a signature by
// Version 4 and checks all of it.
//
// Threads: as ServerProcess.
class VersityGateway {
 public:
  static constexpr const char* key_id = "SHARKREGTEST";
  static constexpr const char* secret = "a/secret+that-no-text-of-sharkreg-may-ever-show";
  static constexpr const char* region = "eu-south-7";
  static constexpr const char* bucket = "models";

  static bool is_there();

  VersityGateway();

  std::string endpoint() const;  // "http://127.0.0.1:PORT"

  // An object of the bucket; its key as in a URL: "a%20b". In the place of what was there. The
  // service keeps its SHA-256 too, if it is given one.
  void put(const std::string& key, const std::string& content, bool with_sha256 = false) const;

 private:
  ServerDirectory directory_;
  ServerProcess process_;
};

}  // namespace sharkreg::test
