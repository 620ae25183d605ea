// SPDX-License-Identifier: Apache-2.0
// What goes between the host and `sharkreg-worker serve`, besides the SDK's own requests and answers.
//
//   host     calls one function at a time: the message's name is the function's, "create" first
//   worker   may say "log", ask "environment" and "ask_tool", and hand over "bytes", any number of
//            times; the host answers the latter three by a message of the same name
//   worker   ends the call by "done" (with the answer), "absent" or "failed"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sharkreg/comparator.h>
#include <sharkreg/configuration.h>
#include <sharkreg/host.h>

namespace sharkreg::core {

struct CreateCall {
  std::string trusted_sha256;  // of the library
  std::string interface_id;
  std::string name;
  Configuration configuration;
};

struct ReadCall {
  std::string url;
  std::string validator;
  std::int64_t offset = 0;
  std::int64_t length = -1;  // -1: to the end
};

// The bytes of both tensors are those of the message.
struct TensorHead {
  std::int64_t type = 0;
  std::vector<std::int64_t> shape;
  std::int64_t byte_size = 0;
  std::int64_t element_bits = 0;
  std::string type_name;
};

struct CompareCall {
  TensorHead expected;
  TensorHead actual;
  std::vector<std::string> arguments;
};

struct FailedCall {
  std::int64_t kind = 0;  // Failure::Kind
  std::string message;
  std::string hint;
  std::int64_t retry_after = 0;  // milliseconds
};

struct Remark {
  std::int64_t level = 0;
  std::string text;
};

struct Text {
  std::optional<std::string> text;
};

struct ToolQuestion {
  std::vector<std::string> arguments;
  std::vector<std::string> content_files;
  std::int64_t limit_milliseconds = 0;
};

struct ToolSaid {
  std::int64_t exit_status = -1;
  std::string standard_output;
  std::string standard_error;
  std::string failure;  // why it could not be asked
};

struct Proceed {
  bool proceed = true;
};

template <class Visitor>
void fields(Visitor& visit, CreateCall& value) {
  visit("trusted_sha256", value.trusted_sha256);
  visit("interface_id", value.interface_id);
  visit("name", value.name);
  visit("configuration", value.configuration);
}

template <class Visitor>
void fields(Visitor& visit, ReadCall& value) {
  visit("url", value.url);
  visit("validator", value.validator);
  visit("offset", value.offset);
  visit("length", value.length);
}

template <class Visitor>
void fields(Visitor& visit, TensorHead& value) {
  visit("type", value.type);
  visit("shape", value.shape);
  visit("byte_size", value.byte_size);
  visit("element_bits", value.element_bits);
  visit("type_name", value.type_name);
}

template <class Visitor>
void fields(Visitor& visit, CompareCall& value) {
  visit("expected", value.expected);
  visit("actual", value.actual);
  visit("arguments", value.arguments);
}

template <class Visitor>
void fields(Visitor& visit, FailedCall& value) {
  visit("kind", value.kind);
  visit("message", value.message);
  visit("hint", value.hint);
  visit("retry_after", value.retry_after);
}

template <class Visitor>
void fields(Visitor& visit, Remark& value) {
  visit("level", value.level);
  visit("text", value.text);
}

template <class Visitor>
void fields(Visitor& visit, Text& value) {
  visit("text", value.text);
}

template <class Visitor>
void fields(Visitor& visit, ToolQuestion& value) {
  visit("arguments", value.arguments);
  visit("content_files", value.content_files);
  visit("limit_milliseconds", value.limit_milliseconds);
}

template <class Visitor>
void fields(Visitor& visit, ToolSaid& value) {
  visit("exit_status", value.exit_status);
  visit("standard_output", value.standard_output);
  visit("standard_error", value.standard_error);
  visit("failure", value.failure);
}

template <class Visitor>
void fields(Visitor& visit, Proceed& value) {
  visit("proceed", value.proceed);
}

}  // namespace sharkreg::core
