// SPDX-License-Identifier: Apache-2.0
#include "suite/case_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "suite/backend_fields.h"
#include "suite/field_names.h"
#include "suite/source.h"
#include "suite/tensors.h"

namespace sharkreg::core {
namespace {

// "irpa"; empty if the name has no extension.
std::string extension_of(const std::string& file_name) {
  const std::size_t dot = file_name.rfind('.');
  if (dot == std::string::npos || dot == 0) return "";
  std::string extension = file_name.substr(dot + 1);
  for (char& letter : extension) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return extension;
}

}  // namespace

struct CaseReader::Entry {
  std::string_view name;
  void (CaseReader::*read)(const Field& field);
};

const std::vector<CaseReader::Entry>& CaseReader::entries() {
  static const std::vector<Entry> all = {
      {"$schema", &CaseReader::read_schema},
      {"backends", &CaseReader::read_backends},
      {"mlir", &CaseReader::read_mlir},
      {"programs", &CaseReader::read_programs},
      {"pipeline_mlir", &CaseReader::read_pipeline_mlir},
      {"real_weights", &CaseReader::read_real_weights},
      {"inputs", &CaseReader::read_inputs},
      {"outputs", &CaseReader::read_outputs},
      {"run_function", &CaseReader::read_function},
      {"threshold_args", &CaseReader::read_threshold_args},
      {"compile_only", &CaseReader::read_compile_only},
      {"add_pipeline_module", &CaseReader::read_add_pipeline_module},
      {"tuner_file", &CaseReader::read_tuner_file},
  };
  return all;
}

std::vector<std::string> CaseReader::field_names() {
  std::vector<std::string> names;
  for (const Entry& entry : entries()) names.emplace_back(entry.name);
  return names;
}

std::vector<std::string> field_names(const std::set<std::string>& backends) {
  std::vector<std::string> names = CaseReader::field_names();
  for (const std::string& backend : backends) {
    for (std::string& name : backend_field_names(backend)) names.push_back(std::move(name));
  }
  return names;
}

void CaseReader::read(const Field& root, const std::set<std::string>& known_backends) {
  backends_ = known_backends;
  const std::vector<Field::Member> members = root.members("an object with the fields of a model");
  // First, since it decides which other fields there are.
  for (const Field::Member& member : members) {
    if (member.name == "backends") read_backends(member.field);
  }
  for (const Field::Member& member : members) {
    if (member.name != "backends") read_member(member);
  }
  if (root.is_object()) check_together(root);
}

void CaseReader::read_member(const Field::Member& member) {
  for (const Entry& entry : entries()) {
    if (entry.name == member.name) return (this->*entry.read)(member.field);
  }
  const std::optional<BackendFieldName> name = parse_backend_field(member.name);
  if (!name) return report_unknown_field(member.field, member.name);
  if (!backends_.contains(name->backend)) {
    return report_unknown_backend(member.field, member.name, name->backend);
  }
  read_backend_field(*name, member.field, case_.backends[name->backend]);
}

void CaseReader::report_unknown_backend(const Field& field, const std::string& name,
                                        const std::string& backend) {
  const std::vector<std::string> known(backends_.begin(), backends_.end());
  field.diagnostics().unknown_field(
      field.pointer(),
      fmt::format("the field {} of an unknown backend \"{}\"", shown(name), backend),
      fmt::format("one of the backends {}, or of those listed in \"backends\"{}", join(known, ", "),
                  did_you_mean(backend, known)));
}

void CaseReader::report_unknown_field(const Field& field, const std::string& name) {
  field.diagnostics().unknown_field(
      field.pointer(), "the unknown field " + shown(name),
      "a field of a model file" + did_you_mean(name, sharkreg::core::field_names(backends_)));
}

void CaseReader::check_together(const Field& root) {
  if (!names_program_) {
    root.reject("no \"mlir\"", "the program: \"mlir\", or another format in \"programs\"");
  }
  if (case_.add_pipeline_module && !names_pipeline_) {
    root.reject("\"add_pipeline_module\" without \"pipeline_mlir\"",
                "the pipeline program that the module is compiled from");
  }
}

// Names the schema for editors; nothing here depends on it.
void CaseReader::read_schema(const Field& field) {
  field.text("the path or URL of a schema");
}

void CaseReader::read_backends(const Field& field) {
  std::set<std::string> listed;
  for (const Field& element : field.elements("an array of names of backends")) {
    const std::string expected = "the name of a backend: lower-case letters and digits";
    const std::optional<std::string> name = element.text(expected);
    if (!name) continue;
    if (!is_backend_name(*name)) {
      element.reject(expected);
    } else if (!listed.insert(*name).second) {
      element.reject("the backend " + shown(*name) + " again", "each backend once");
    }
  }
  backends_.merge(listed);
}

void CaseReader::read_mlir(const Field& field) {
  names_program_ = true;
  add_program(field, "mlir");
}

void CaseReader::read_programs(const Field& field) {
  names_program_ = true;
  const std::vector<Field::Member> members = field.members("an object: format to program");
  if (members.empty() && field.is_object()) {
    field.reject("an empty object", "at least one program, such as \"onnx\": \"model.onnx\"");
  }
  for (const Field::Member& member : members) {
    if (is_backend_name(member.name)) {
      add_program(member.field, member.name);
    } else {
      member.field.reject("the format " + shown(member.name), "lower-case letters and digits");
    }
  }
}

void CaseReader::add_program(const Field& field, const std::string& format) {
  std::optional<Source> source = read_source(field, directory_);
  if (!source) return;
  const bool is_there = std::any_of(case_.programs.begin(), case_.programs.end(),
                                    [&](const Program& each) { return each.format == format; });
  if (is_there) {
    field.reject(fmt::format("a second program in format \"{}\"", format),
                 "one program for each format");
  } else {
    case_.programs.push_back({format, *std::move(source)});
  }
}

void CaseReader::read_pipeline_mlir(const Field& field) {
  names_pipeline_ = true;
  if (std::optional<Source> source = read_source(field, directory_)) {
    case_.pipeline_programs.push_back({"mlir", *std::move(source)});
  }
}

void CaseReader::read_real_weights(const Field& field) {
  std::optional<Source> source = read_source(field, directory_);
  if (!source) return;
  const std::string format = extension_of(source->file_name);
  if (format.empty()) {
    field.reject("a file name with an extension that says its format, such as .irpa");
  } else {
    case_.weights.push_back({*std::move(source), format, "model"});
  }
}

void CaseReader::read_inputs(const Field& field) {
  case_.inputs = sharkreg::core::read_inputs(field, directory_);
}

void CaseReader::read_outputs(const Field& field) {
  case_.outputs = sharkreg::core::read_outputs(field, directory_);
}

void CaseReader::read_function(const Field& field) {
  case_.function = field.text("the name of an exported function");
}

void CaseReader::read_threshold_args(const Field& field) {
  case_.threshold_args = field.texts("an argument of the run or of the comparison");
}

void CaseReader::read_compile_only(const Field& field) {
  case_.compile_only = field.boolean().value_or(false);
}

void CaseReader::read_add_pipeline_module(const Field& field) {
  case_.add_pipeline_module = field.boolean().value_or(false);
}

void CaseReader::read_tuner_file(const Field& field) {
  for (const Field::Member& member : field.members("an object: SKU to path or URL")) {
    if (member.name.empty()) {
      member.field.reject("an empty SKU", "the name of a SKU, such as \"mi300\"");
    } else if (std::optional<Source> source = read_source(member.field, case_.tuner_root)) {
      case_.tuner_file.emplace(member.name, *std::move(source));
    }
  }
}

}  // namespace sharkreg::core
