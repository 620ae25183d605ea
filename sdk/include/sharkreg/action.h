// SPDX-License-Identifier: Apache-2.0
#ifndef SHARKREG_ACTION_H
#define SHARKREG_ACTION_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sharkreg/codec.h>

namespace sharkreg {

// One piece of an argument: literal text, or a reference to a file by its id. The host puts the
// file's name, as the action sees it, in the place of a reference.
struct ArgumentPart {
  enum class Kind { text, input, output };
  Kind kind = Kind::text;
  std::string value;  // the text, or the id
};

// The file with this id that the action reads: an artifact of the request or an output of an
// earlier action.
inline ArgumentPart in(std::string id) {
  return ArgumentPart{ArgumentPart::Kind::input, std::move(id)};
}

// The file with this id that the action writes; it must be listed in the action's outputs.
inline ArgumentPart out(std::string id) {
  return ArgumentPart{ArgumentPart::Kind::output, std::move(id)};
}

// One argument of a program: pieces that are joined without space.
//
//   Argument("--verify=false")
//   Argument({"--module=", in("module")})
struct Argument {
  std::vector<ArgumentPart> parts;

  Argument() = default;
  Argument(std::string text) : parts{{ArgumentPart::Kind::text, std::move(text)}} {}
  Argument(const char* text) : Argument(std::string(text)) {}
  Argument(ArgumentPart part) : parts{std::move(part)} {}
  Argument(std::string prefix, ArgumentPart part)
      : parts{{ArgumentPart::Kind::text, std::move(prefix)}, std::move(part)} {}
};

// A variable of the action's environment. Without a value the user's own is passed on, if set.
struct EnvironmentVariable {
  std::string name;
  std::optional<std::string> value;
};

// A file that the action writes into its working directory.
struct ActionOutput {
  std::string id;
  std::string file_name;  // a plain name, without directories
};

// What the host does on behalf of a backend: starts one program in a fresh working directory into
// which the inputs are linked under their own file names, and takes every file that it leaves.
struct Action {
  // Unique within one answer; "compile", "compile_pipeline", "run". [a-z][a-z0-9_]*
  std::string name;

  // Absolute path. A plain name, with `program_missing` saying where it was looked for, when the
  // tool is not there: the plan can then still be shown.
  std::string program;
  std::string program_missing;

  std::vector<Argument> arguments;

  // Plain texts that the host adds behind the arguments when other actions keep the other processors
  // busy: they make the program use one thread. They must not change what it writes. Ignored for
  // in_process.
  std::vector<std::string> serial_arguments;

  std::vector<EnvironmentVariable> environment;  // all of it: nothing else is inherited
  std::vector<std::string> inputs;               // ids of files it reads that no argument refers to
  std::vector<ActionOutput> outputs;

  // Ids of outputs that the host writes from what the program prints; may be empty.
  std::string standard_output;

  std::int64_t cpu_slots = 1;     // processors that it keeps busy
  std::int64_t device_count = 0;  // devices, among those of probe(), that it has to itself

  // Paths of all files whose content decides the result, besides its inputs: the program, its
  // libraries, linkers. The host digests them.
  std::vector<std::string> content_files;
  bool cacheable = false;  // the same inputs give the same outputs, byte for byte
  // Its result cannot depend on the processor of the machine that it runs on. Else it is used again
  // only where that is the same.
  bool host_independent = false;

  // The plugin does it itself: execute() is called, in a child process; `program` is ignored.
  bool in_process = false;
  std::string answer_output;  // for in_process: id of the output that takes execute()'s answer
};

// An argument is carried as plain text if it is no more than that, else as an array of texts and
// of objects {"in": id} and {"out": id}.
inline void write_value(Encoder& encoder, const ArgumentPart& part) {
  if (part.kind == ArgumentPart::Kind::text) {
    encoder.write(part.value);
  } else {
    encoder.write(std::map<std::string, std::string>{
        {part.kind == ArgumentPart::Kind::input ? "in" : "out", part.value}});
  }
}

inline bool read_value(Decoder& decoder, ArgumentPart& part) {
  if (decoder.kind() != SR_KIND_OBJECT) return decoder.read(part.value);
  std::map<std::string, std::string> reference;
  decoder.read(reference);
  const auto entry = reference.begin();
  if (reference.size() != 1 || (entry->first != "in" && entry->first != "out")) {
    throw Failure(Failure::Kind::invalid, "an argument refers to neither \"in\" nor \"out\"");
  }
  part.kind = entry->first == "in" ? ArgumentPart::Kind::input : ArgumentPart::Kind::output;
  part.value = entry->second;
  return true;
}

inline void write_value(Encoder& encoder, const Argument& argument) {
  if (argument.parts.size() == 1) {
    encoder.write(argument.parts.front());
  } else {
    encoder.write(argument.parts);
  }
}

inline bool read_value(Decoder& decoder, Argument& argument) {
  if (decoder.kind() == SR_KIND_ARRAY) return decoder.read(argument.parts);
  argument.parts.resize(1);
  return decoder.read(argument.parts.front());
}

template <class Visitor>
void fields(Visitor& visit, EnvironmentVariable& variable) {
  visit("name", variable.name);
  visit("value", variable.value);
}

template <class Visitor>
void fields(Visitor& visit, ActionOutput& output) {
  visit("id", output.id);
  visit("file_name", output.file_name);
}

template <class Visitor>
void fields(Visitor& visit, Action& action) {
  visit("name", action.name);
  visit("program", action.program);
  visit("program_missing", action.program_missing);
  visit("arguments", action.arguments);
  visit("environment", action.environment);
  visit("inputs", action.inputs);
  visit("outputs", action.outputs);
  visit("standard_output", action.standard_output);
  visit("cpu_slots", action.cpu_slots);
  visit("device_count", action.device_count);
  visit("content_files", action.content_files);
  visit("cacheable", action.cacheable);
  visit("in_process", action.in_process);
  visit("answer_output", action.answer_output);
  visit.may_be_overlooked("host_independent", action.host_independent);
  visit.may_be_overlooked("serial_arguments", action.serial_arguments);
}

}  // namespace sharkreg

#endif  // SHARKREG_ACTION_H
