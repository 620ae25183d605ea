// SPDX-License-Identifier: Apache-2.0
#include "suite/tensors.h"

#include "suite/source.h"
#include "suite/value.h"

namespace sharkreg::core {
namespace {

constexpr std::string_view ignored = "(ignored)";
constexpr std::string_view shape_and_type = "dimensions and a type such as 1x64xi64";

// The members of a tensor. A value of null or "" is none: the file carries its shape and type.
struct Members {
  std::optional<Field> source;
  std::optional<Field> value;
};

Members read_members_of(const Field& field) {
  Members members;
  field.read_members("an object with \"source\" and \"value\"",
                     {{"source", [&](const Field& member) { members.source = member; }},
                      {"value", [&](const Field& member) {
                         if (!member.is_null() && !member.is_empty_text()) members.value = member;
                       }}});
  return members;
}

std::string read_value(const Field& field, ValueUse use) {
  const std::optional<std::string> value = field.text(shape_and_type);
  if (!value) return "";
  if (const std::optional<ValueProblem> problem = find_value_problem(*value, use)) {
    field.reject(problem->found, problem->expected);
  }
  return *value;
}

TensorSource read_input(const Field& field, const std::filesystem::path& directory) {
  TensorSource input;
  if (!field.is_object()) {
    field.reject("an object with \"source\" and \"value\"");
    return input;
  }
  const Members members = read_members_of(field);
  if (members.source) input.source = read_source(*members.source, directory);
  if (members.value) {
    input.value = read_value(*members.value,
                             members.source ? ValueUse::input : ValueUse::input_with_contents);
  }
  if (!members.source && !members.value) {
    field.reject("neither \"source\" nor \"value\"", "the file of the input, or its value");
  }
  if (input.source && !members.value && input.source->file_name.ends_with(".bin")) {
    field.diagnostics().warning(field.pointer(), "a raw file without \"value\"",
                                "a value, " + std::string(shape_and_type));
  }
  return input;
}

TensorSource read_output(const Field& field, const std::filesystem::path& directory) {
  TensorSource output;
  if (!field.is_object()) {
    field.reject("an object with \"source\" and \"value\"");
    return output;
  }
  const Members members = read_members_of(field);
  if (members.source) output.source = read_source(*members.source, directory);
  output.ignored = members.value && members.value->is_text(ignored);
  if (output.ignored && members.source) {
    members.value->reject("\"(ignored)\" beside a source", "one of the two");
  }
  if (members.value && !output.ignored) output.value = read_value(*members.value, ValueUse::output);
  if (!members.source && !output.ignored) {
    field.reject("no \"source\"", "the file to compare with, or the value \"(ignored)\"");
  }
  return output;
}

}  // namespace

std::optional<Source> read_source(const Field& field, const std::filesystem::path& directory) {
  const std::optional<std::string> text = field.text("a path or a URL");
  if (!text) return std::nullopt;
  Result<Source> source = parse_source(*text, directory);
  if (source) return *std::move(source);
  field.reject(source.error().message);
  return std::nullopt;
}

std::vector<TensorSource> read_inputs(const Field& field, const std::filesystem::path& directory) {
  std::vector<TensorSource> inputs;
  for (const Field& element : field.elements("an array of inputs")) {
    inputs.push_back(read_input(element, directory));
  }
  return inputs;
}

std::vector<TensorSource> read_outputs(const Field& field, const std::filesystem::path& directory) {
  std::vector<TensorSource> outputs;
  for (const Field& element : field.elements("an array of outputs")) {
    outputs.push_back(read_output(element, directory));
  }
  return outputs;
}

}  // namespace sharkreg::core
