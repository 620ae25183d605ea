// SPDX-License-Identifier: Apache-2.0
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "suite/case_reader.h"
#include "suite/suite.h"

namespace sharkreg::core {
namespace {

constexpr std::uint64_t largest_model_file = std::uint64_t{1} << 24;

// The text of the file; empty, after a report, if it cannot be read.
std::optional<std::string> read_text(const std::filesystem::path& path, Diagnostics& diagnostics) {
  Result<std::string> text = read_file(path, largest_model_file);
  if (text) return *std::move(text);
  std::error_code ignored;
  std::string found = fmt::format("an unreadable file ({})", text.error().message);
  if (text.error().kind == ErrorKind::not_found) found = "no such file";
  if (std::filesystem::is_directory(path, ignored)) found = "a directory";
  diagnostics.error("", std::move(found), "a model file in JSON");
  return std::nullopt;
}

void report_syntax(const std::string& text, Diagnostics& diagnostics) {
  for (const JsonProblem& problem : find_json_problems(text)) {
    diagnostics.error(
        problem.pointer,
        fmt::format("{} (line {}, column {})", problem.found, problem.line, problem.column),
        problem.expected);
  }
}

// Names go into reports and to plugins, which take UTF-8 only.
bool has_readable_name(const CaseFile& file, Diagnostics& diagnostics) {
  for (const std::string& name : {file.model, file.submodel}) {
    if (is_valid_utf8(name)) continue;
    diagnostics.error("", fmt::format("the name {}, which is not UTF-8", shown(name)),
                      "names of the directory and the file in UTF-8: rename it");
  }
  return !diagnostics.has_errors();
}

// An artifact has one content: two pins that differ are a mistake, whichever is right.
void merge_pin(Source& source, const LockFile& lock, Diagnostics& diagnostics) {
  const LockedArtifact* locked = lock.find(source);
  if (locked == nullptr) return;
  if (!source.pin.sha256.empty() && source.pin.sha256 != locked->sha256) {
    diagnostics.error(source.pointer + "/sha256", "the SHA-256 " + source.pin.sha256,
                      fmt::format("{}, which {} pins {} to", locked->sha256,
                                  printable(lock.path().native()), shown(source.text)));
  }
  source.pin.sha256 = locked->sha256;
}

std::optional<Case> read_case(const CaseFile& file, const LoadOptions& options,
                              Diagnostics& diagnostics) {
  if (!has_readable_name(file, diagnostics)) return std::nullopt;
  const std::optional<std::string> text = read_text(file.path, diagnostics);
  if (!text) return std::nullopt;
  const Result<boost::json::value> value = parse_json(*text, file.path.native());
  if (!value) {
    report_syntax(*text, diagnostics);
    return std::nullopt;
  }

  Case result;
  result.model = file.model;
  result.submodel = file.submodel;
  result.file = file.path;
  const std::filesystem::path directory = std::filesystem::absolute(file.path).parent_path();
  result.tuner_root = directory.lexically_normal().parent_path();
  CaseReader(directory, result).read(Field(*value, "", diagnostics), options.known_backends);
  if (options.lock) {
    for (Source* source : sources_of(result)) merge_pin(*source, *options.lock, diagnostics);
  }
  if (diagnostics.has_errors()) return std::nullopt;
  return result;
}

}  // namespace

LoadedCase load_case(const CaseFile& file, const LoadOptions& options) {
  Diagnostics diagnostics(file.path, options.allow_unknown_fields);
  LoadedCase loaded;
  loaded.test_case = read_case(file, options, diagnostics);
  loaded.diagnostics = diagnostics.take();
  return loaded;
}

}  // namespace sharkreg::core
