// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace sharkreg::core {

// Where the parts of this installation lie, relative to the running program: so it may be moved, and
// the build tree looks like an installation.
struct Installation {
  std::filesystem::path program;           // bin/sharkreg
  std::filesystem::path supervisor;        // libexec/sharkreg/sharkreg-supervisor
  std::filesystem::path worker;            // libexec/sharkreg/sharkreg-worker
  std::filesystem::path plugins;           // lib/sharkreg/plugins
  std::filesystem::path tools;             // lib/sharkreg/tools
  std::filesystem::path regression_tests;  // lib/sharkreg/regression_tests
  std::filesystem::path templates;         // lib/sharkreg/templates

  static Installation of_this_program();
};

}  // namespace sharkreg::core
