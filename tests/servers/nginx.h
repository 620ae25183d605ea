// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server_process.h"

namespace sharkreg::test {

// A certificate authority that nobody knows, and one certificate of it for a host name; made by the
// program openssl.
class Authority {
 public:
  explicit Authority(const std::string& host);

  std::filesystem::path authority_file() const { return directory_.path() / "authority.pem"; }
  std::filesystem::path certificate_file() const { return directory_.path() / "server.pem"; }
  std::filesystem::path key_file() const { return directory_.path() / "server.key"; }

 private:
  ServerDirectory directory_;
};

// One line of nginx's log: an answer that has ended, however it did.
struct Served {
  std::string method;
  std::string path;      // with its query
  std::string protocol;  // "HTTP/2.0"
  int status = 0;
  std::string range;        // as it was asked for: "bytes=0-99"; "-" if it was not
  std::uint64_t bytes = 0;  // of the body that were sent
};

struct NginxSettings {
  std::filesystem::path files;     // the directory that is served
  std::string server = {};         // added to the block server: "max_ranges 0;"
  std::string location = {};       // added to its location /
  const Authority* tls = nullptr;  // then https and HTTP/2
};

// nginx as Debian has it, as one process. Ranges, ETags and If-Match are on by themselves.
//
// Threads: as ServerProcess; served() from any.
class Nginx {
 public:
  static bool is_there() { return !find_server("nginx").empty(); }

  explicit Nginx(const NginxSettings& settings);

  int port() const { return process_->port(); }
  // "http://127.0.0.1:PORT/path"; https with `tls`. Certificates are for names: give the host's.
  std::string url(const std::string& path, const std::string& host = "127.0.0.1") const;

  // All answers until now.
  std::vector<Served> served() const;

 private:
  std::vector<std::string> command(const NginxSettings& settings, int port) const;

  bool secure_;
  ServerDirectory directory_;
  std::optional<ServerProcess> process_;
};

}  // namespace sharkreg::test
