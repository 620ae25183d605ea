// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include <sharkreg/plugin_abi.h>

#include "finding.h"

namespace sharkreg::conformance {

// What one case works with: the plugin, and the way to say what is being asked of it. Threads: one.
struct Context {
  std::filesystem::path file;
  std::filesystem::path scratch;            // a directory of this run's own
  std::string url;                          // a sample for fetchers; empty: none was given
  const sr_plugin* plugin = nullptr;        // null in the cases that come before it is known
  const sr_interface* interface = nullptr;  // null in the cases about the library

  // Told each question before it is asked, so that a crash can be laid at its door.
  std::function<void(const std::string&)> tell;
  std::string asked;

  void ask(std::string what) {
    asked = std::move(what);
    if (tell) tell(asked);
  }

  [[noreturn]] void fail(std::string wanted, std::string came, std::string advice) const {
    throw Broken({asked, std::move(wanted), std::move(came), std::move(advice)});
  }

  void require(bool holds, const std::string& wanted, const std::string& came,
               const std::string& advice) const {
    if (!holds) fail(wanted, came, advice);
  }
};

}  // namespace sharkreg::conformance
