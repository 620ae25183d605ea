// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/files.h"
#include "suite/suite.h"

namespace sharkreg::core {

// A directory of models with one model file in it, written and read by a test.
struct ModelFile {
  TemporaryDirectory owner =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "suite-").value();
  std::filesystem::path tests_dir = owner.path();
  CaseFile file{tests_dir / "model" / "sub.json", "model", "sub"};
  LoadOptions options{{"cpu", "npu"}, false};

  LoadedCase load(std::string_view text) const {
    REQUIRE(write_file_atomically(file.path, text).has_value());
    return load_case(file, options);
  }

  // Errors and warnings, the latter marked; without the name of the file.
  std::vector<std::string> reports(std::string_view text) const {
    std::vector<std::string> reports;
    for (const Diagnostic& diagnostic : load(text).diagnostics) {
      const std::string report = to_text(diagnostic);
      const std::string prefix = file.path.native() + ": ";
      REQUIRE(report.starts_with(prefix));
      const bool is_error = diagnostic.severity == Diagnostic::Severity::error;
      reports.push_back((is_error ? "" : "warning: ") + report.substr(prefix.size()));
    }
    return reports;
  }

  // What is wrong with a program and these further fields; reports that no case came of it, too.
  std::string report(const std::string& fields) const {
    const std::vector<std::string> all = reports(with_program(fields));
    if (all.empty()) return "no report";
    std::string lines;
    for (const std::string& report : all) lines += (lines.empty() ? "" : "\n") + report;
    const bool has_error = lines.find("\nwarning") == std::string::npos && lines[0] != 'w';
    CHECK(load(with_program(fields)).test_case.has_value() == !has_error);
    return lines;
  }

  // The case of a program and these further fields, which must be right.
  Case read(const std::string& fields) const {
    LoadedCase loaded = load(with_program(fields));
    for (const Diagnostic& diagnostic : loaded.diagnostics) FAIL_CHECK(to_text(diagnostic));
    REQUIRE(loaded.test_case.has_value());
    return *std::move(loaded.test_case);
  }

 private:
  static std::string with_program(const std::string& fields) {
    return "{\"mlir\": \"p.mlir\", " + fields + "}";
  }
};

}  // namespace sharkreg::core
