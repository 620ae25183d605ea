// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "suite/suite.h"

namespace sharkreg::core {

// Collects everything that is wrong with one model file while it is read.
class Diagnostics {
 public:
  Diagnostics(std::filesystem::path file, bool allow_unknown_fields)
      : file_(std::move(file)), allow_unknown_fields_(allow_unknown_fields) {}

  void error(std::string pointer, std::string found, std::string expected);
  void warning(std::string pointer, std::string found, std::string expected);

  // A field whose name means nothing here: an error, or a warning if the user allows them.
  void unknown_field(std::string pointer, std::string found, std::string expected);

  bool has_errors() const;
  std::vector<Diagnostic> take() { return std::move(diagnostics_); }

 private:
  std::filesystem::path file_;
  bool allow_unknown_fields_;
  std::vector<Diagnostic> diagnostics_;
};

// A text in double quotes as a message shows it: printable, not too long, without what is secret in
// a URL (a password, a token in the query).
std::string shown(std::string_view text);

}  // namespace sharkreg::core
