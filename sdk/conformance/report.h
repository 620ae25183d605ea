// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "result.h"

namespace sharkreg::conformance {

// Everything that is said about one plugin.
struct Report {
  std::string file;
  std::optional<PluginIdentity> identity;  // empty: it could not be learned
  std::vector<Result> results;
  double seconds = 0;

  bool conforms() const;
};

// One line a case, below each failed one what was asked, wanted, and came; a summary at the end.
std::string as_text(const Report& report);

// {"schema": "sharkreg.conformance_report/1", "file", "conforms", "plugin": null or {"name",
//  "version", "toolchain", "interfaces": [{"id", "name"}]}, "seconds", "cases": [{"name",
//  "sentence", "outcome": "passed", "failed" or "skipped", "seconds", and of a failed one "asked",
//  "wanted", "came", "advice", of a skipped one "reason"}]}
std::string as_json(const Report& report);

}  // namespace sharkreg::conformance
