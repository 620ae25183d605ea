// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "server_process.h"

namespace sharkreg::test {

// https://github.com/Shopify/toxiproxy: connections that are slow, are cut, or stop. cmake/setup.sh
// builds it where there is Go.
//
// Whatever it refuses throws std::runtime_error. Threads: as ServerProcess; all else from any.
class Toxiproxy {
 public:
  static bool is_there() { return !find_server("toxiproxy-server").empty(); }

  Toxiproxy();

  // A way to another port of this machine.
  class Way {
   public:
    int port() const { return port_; }

    // From now on, for what the server sends: `attributes` as JSON, {"latency": 300}.
    void poison(const std::string& type, const std::string& attributes) const;
    // As if nothing had ever been wrong: up, and without toxics.
    void heal() const;
    // Down: it refuses, and cuts what is open.
    void turn(bool up) const;

   private:
    friend class Toxiproxy;
    Way(const Toxiproxy& proxy, std::string name, int port)
        : proxy_(&proxy), name_(std::move(name)), port_(port) {}

    const Toxiproxy* proxy_;
    std::string name_;
    int port_;
  };

  // `name` tells it from the others. The proxy has to live as long as its ways.
  Way way_to(int port, const std::string& name) const;

 private:
  std::string post(const std::string& path, const std::string& json) const;
  std::string ask(const std::string& method, const std::string& path,
                  const std::string& json) const;

  ServerDirectory directory_;
  ServerProcess process_;
};

}  // namespace sharkreg::test
