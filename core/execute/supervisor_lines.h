// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "execute/launcher.h"

namespace sharkreg::core {

// What a supervisor writes into its pipe.
class SupervisorLines {
 public:
  // Reads what is there, without waiting. Returns the stalls that it tells of.
  std::vector<StallReport> read_from(int status);

  // How the launch went, after all has been read from a supervisor that has ended.
  LaunchResult result() const;

 private:
  std::string text_;  // not yet a whole line
  std::string last_;  // the last line that is none about a stall
};

}  // namespace sharkreg::core
