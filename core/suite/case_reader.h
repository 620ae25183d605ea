// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "suite/case.h"
#include "suite/field.h"
#include "suite/suite.h"

namespace sharkreg::core {

// Reads the fields of one model file into a Case, and checks what several of them say together.
// Everything wrong goes to the Field's Diagnostics; the Case is of use only if that has no error.
class CaseReader {
 public:
  // `directory` is where relative paths start at; both must outlive the reader.
  CaseReader(const std::filesystem::path& directory, Case& result)
      : directory_(directory), case_(result) {}

  void read(const Field& root, const std::set<std::string>& known_backends);

  // The names of the fields that carry no backend's name.
  static std::vector<std::string> field_names();

 private:
  struct Entry;
  static const std::vector<Entry>& entries();

  void read_member(const Field::Member& member);
  void report_unknown_backend(const Field& field, const std::string& name,
                              const std::string& backend);
  void report_unknown_field(const Field& field, const std::string& name);
  void check_together(const Field& root);

  void read_schema(const Field& field);
  void read_backends(const Field& field);
  void read_mlir(const Field& field);
  void read_programs(const Field& field);
  void read_pipeline_mlir(const Field& field);
  void read_real_weights(const Field& field);
  void read_inputs(const Field& field);
  void read_outputs(const Field& field);
  void read_function(const Field& field);
  void read_threshold_args(const Field& field);
  void read_compile_only(const Field& field);
  void read_add_pipeline_module(const Field& field);
  void read_tuner_file(const Field& field);

  void add_program(const Field& field, const std::string& format);

  const std::filesystem::path& directory_;
  Case& case_;
  std::set<std::string> backends_;  // known, or listed in the file
  bool names_program_ = false;      // even if it could not be read
  bool names_pipeline_ = false;
};

}  // namespace sharkreg::core
