// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace sharkreg::core {

// A part of what decides the result of an action.
struct KeyComponent {
  std::string kind;        // "program", "content", "argument", "input", "file", "environment", …
  std::string name;        // of the file or the variable; empty where there is only one of the kind
  std::string value;       // a digest, or the text itself
  std::string label = {};  // for people, and no part of the key: a version

  bool operator==(const KeyComponent&) const = default;
};

// A file of a result, by its content.
struct CachedFile {
  std::string path;    // relative to the action's directory
  std::string sha256;  // empty for an empty log
  std::int64_t size = 0;
  bool is_executable = false;

  bool operator==(const CachedFile&) const = default;
};

// What an action that succeeded left, and what it took.
struct CachedResult {
  std::vector<CachedFile> files;         // declared outputs and side files
  std::vector<std::string> directories;  // relative, each after the one it lies in
  CachedFile standard_output;
  CachedFile standard_error;
  std::string working_directory;  // in which it ran: what it printed may name it
  double seconds = 0;
  double user_seconds = 0;
  double system_seconds = 0;
  std::int64_t peak_memory_bytes = 0;
  std::vector<KeyComponent> components;

  bool operator==(const CachedResult&) const = default;
};

// One line of JSON, and back. Errors (invalid): it is none, or of another version.
std::string to_json_text(const CachedResult& result);
Result<CachedResult> cached_result_from_json(const std::string& text);

}  // namespace sharkreg::core
