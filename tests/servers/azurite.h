// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "server_process.h"

namespace sharkreg::test {

// https://github.com/Azure/Azurite: a Blob service of two accounts, as Microsoft emulates it.
//
// Whatever it refuses throws std::runtime_error. Threads: as ServerProcess.
class Azurite {
 public:
  static constexpr const char* account = "acme";
  static constexpr const char* other_account = "umbra";

  static bool is_there();

  Azurite();

  std::string endpoint() const;  // "http://127.0.0.1:PORT"
  int port() const { return process_.port(); }

  // The key of both accounts, in base64, and what is its own of it: nothing else contains that.
  static std::string key();

  // A container of the account; a public one lets everybody read its blobs.
  void make_container(const std::string& name, bool is_public) const;
  // Names are as in a URL: "models/a%20b". In the place of what was there.
  void put(const std::string& name, const std::string& content) const;

  // A SAS, without '?', to read all blobs of a container for an hour; or until an hour ago.
  static std::string signature_for(const std::string& container, bool is_over = false);

 private:
  void send(const std::string& path_and_query, const std::string& content,
            const std::string& header, const std::string& value) const;

  ServerDirectory directory_;
  ServerProcess process_;
};

}  // namespace sharkreg::test
