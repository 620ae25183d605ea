// SPDX-License-Identifier: Apache-2.0
#include "suite/tensors.h"

#include <algorithm>

#include <fmt/format.h>

#include "suite/source.h"
#include "suite/value.h"

namespace sharkreg::core {
namespace {

constexpr std::string_view ignored = "(ignored)";
constexpr std::string_view shape_and_type = "dimensions and a type such as 1x64xi64";

bool is_hexadecimal(std::string_view text, std::size_t digits) {
  return text.size() == digits &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::optional<Source> read_location(const Field& field, const std::filesystem::path& directory) {
  const std::optional<std::string> text = field.text("a path or a URL");
  if (!text) return std::nullopt;
  Result<Source> source = parse_source(*text, directory);
  if (source) return *std::move(source);
  field.reject(source.error().message);
  return std::nullopt;
}

// The members of a source that is written as an object.
struct SourceMembers {
  std::optional<Field> source;
  std::optional<Field> sha256;
  std::optional<Field> md5;

  std::vector<Field::MemberReader> readers() {
    return {{"source", [this](const Field& member) { source = member; }},
            {"sha256", [this](const Field& member) { sha256 = member; }},
            {"md5", [this](const Field& member) { md5 = member; }}};
  }
};

// The members of a tensor. A value of null or "" is none: the file carries its shape and type.
struct Members : SourceMembers {
  std::optional<Field> value;
};

Members read_members_of(const Field& field) {
  Members members;
  std::vector<Field::MemberReader> readers = members.readers();
  readers.insert(readers.begin() + 1, {"value", [&](const Field& member) {
                                         if (!member.is_null() && !member.is_empty_text()) {
                                           members.value = member;
                                         }
                                       }});
  field.read_members("an object with \"source\" and \"value\"", readers);
  return members;
}

// In lower case; empty if there is none, and after a report.
std::string read_digest(const std::optional<Field>& field, std::size_t digits,
                        std::string_view name) {
  if (!field) return "";
  const std::string expected = fmt::format("{} in {} hexadecimal digits", name, digits);
  std::optional<std::string> text = field->text(expected);
  if (!text) return "";
  if (!is_hexadecimal(*text, digits)) {
    field->reject(expected);
    return "";
  }
  std::ranges::transform(*text, text->begin(), [](char letter) {
    return letter >= 'A' && letter <= 'F' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return *text;
}

// The source of an object; none if it has none, and after a report.
std::optional<Source> read_source_of(const Field& object, const SourceMembers& members,
                                     const std::filesystem::path& directory) {
  const Pin pin{read_digest(members.sha256, 64, "a SHA-256"),
                read_digest(members.md5, 32, "an MD5")};
  if (!members.source) {
    for (const std::optional<Field>& digest : {members.sha256, members.md5}) {
      if (digest) digest->reject("a pin without a source", "\"source\" beside it, which it pins");
    }
    return std::nullopt;
  }
  std::optional<Source> source = read_location(*members.source, directory);
  if (!source) return std::nullopt;
  source->pin = pin;
  source->pointer = object.pointer();
  return source;
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
  input.source = read_source_of(field, members, directory);
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
  output.source = read_source_of(field, members, directory);
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
  if (!field.is_object()) {
    std::optional<Source> source = read_location(field, directory);
    if (source) source->pointer = field.pointer();
    return source;
  }
  SourceMembers members;
  field.read_members("an object with \"source\"", members.readers());
  if (!members.source && !members.sha256 && !members.md5) {
    field.reject("no \"source\"", "a path or a URL, or an object that has it as \"source\"");
  }
  return read_source_of(field, members, directory);
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
