// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "child.h"

namespace sharkreg::conformance {

struct Options {
  std::string file;
  std::string only = "*";  // a pattern of the shell, of full names of cases
  std::string url;
  std::string format = "text";
  Limits limits;
  bool list = false;
  bool in_process = false;
  bool help = false;

  // Of a child process; see child.h.
  std::string run_case;
  std::string scratch;
};

// Throws std::exception with a message for users.
Options parse_options(int argument_count, const char* const* arguments);

std::string help_text();

}  // namespace sharkreg::conformance
