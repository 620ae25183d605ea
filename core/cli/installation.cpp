// SPDX-License-Identifier: Apache-2.0
#include "cli/installation.h"

namespace sharkreg::core {

Installation Installation::of_this_program() {
  Installation result;
  result.program = std::filesystem::canonical("/proc/self/exe");
  const std::filesystem::path root = result.program.parent_path().parent_path();
  result.supervisor = root / "libexec/sharkreg/sharkreg-supervisor";
  result.worker = root / "libexec/sharkreg/sharkreg-worker";
  result.plugins = root / "lib/sharkreg/plugins";
  result.tools = root / "lib/sharkreg/tools";
  result.regression_tests = root / "lib/sharkreg/regression_tests";
  result.templates = root / "lib/sharkreg/templates";
  return result;
}

}  // namespace sharkreg::core
