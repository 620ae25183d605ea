// SPDX-License-Identifier: Apache-2.0
// A host for tests that kill the host: launcher_host COUNT SUPERVISOR PROGRAM ARGUMENT… launches the
// program so often at once, and waits for all ends like sharkreg does.
#include <iostream>
#include <string>

#include <boost/asio/io_context.hpp>

#include "execute/process_launcher.h"

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  boost::asio::io_context io;
  sharkreg::core::ProcessLauncher launcher(io, argv[2]);
  sharkreg::core::LaunchRequest request;
  request.program = argv[3];
  request.arguments.assign(argv + 4, argv + argc);
  for (int launch = 0; launch < std::stoi(argv[1]); ++launch) {
    launcher.launch(request, [&](const auto& result) {
      std::cout << (result ? describe(request, *result) : to_text(result.error())) << '\n';
    });
  }
  io.run();
}
