// SPDX-License-Identifier: Apache-2.0
// A host for tests that kill the host: launcher_host SUPERVISOR PROGRAM ARGUMENT… launches the
// program, and waits for its end like sharkreg does.
#include <iostream>

#include <boost/asio/io_context.hpp>

#include "execute/process_launcher.h"

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  boost::asio::io_context io;
  sharkreg::core::ProcessLauncher launcher(io, argv[1]);
  sharkreg::core::LaunchRequest request;
  request.program = argv[2];
  request.arguments.assign(argv + 3, argv + argc);
  launcher.launch(request, [&](const auto& result) {
    std::cout << (result ? describe(request, *result) : to_text(result.error())) << '\n';
  });
  io.run();
}
