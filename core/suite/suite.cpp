// SPDX-License-Identifier: Apache-2.0
#include "suite/suite.h"

#include <algorithm>
#include <system_error>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

Error unusable(const fs::path& directory, std::string_view reason) {
  return {ErrorKind::usage,
          fmt::format("no models in \"{}\": {}", printable(directory.native()), reason),
          "name the directory of the model directories with --tests-dir"};
}

bool is_hidden(const fs::path& path) {
  return path.filename().native().starts_with('.');
}

// Entries of a directory, but for hidden ones.
Result<std::vector<fs::path>> entries_of(const fs::path& directory) {
  std::error_code error;
  std::vector<fs::path> paths;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (!is_hidden(entry->path())) paths.push_back(entry->path());
  }
  if (!error) return paths;
  return Error{
      ErrorKind::infrastructure,
      fmt::format("cannot list \"{}\": {}", printable(directory.native()), error.message()), ""};
}

bool precedes(const CaseFile& a, const CaseFile& b) {
  return std::tie(a.model, a.submodel) < std::tie(b.model, b.submodel);
}

// Sorted, each once.
std::vector<std::string> names_of(const std::vector<CaseFile>& files, std::string CaseFile::*name) {
  std::vector<std::string> names;
  for (const CaseFile& file : files) names.push_back(file.*name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Error matches_nothing(std::string_view what, const std::string& pattern,
                      const std::vector<std::string>& names) {
  constexpr std::size_t most_listed = 20;
  std::string list = join(std::span(names).first(std::min(names.size(), most_listed)), ", ");
  if (names.size() > most_listed) list += ", …";
  return {
      ErrorKind::usage,
      fmt::format("no {} matches \"{}\"{}", what, printable(pattern), did_you_mean(pattern, names)),
      "there are: " + list};
}

// Those files whose model, or submodel, matches one of the patterns; all if there is no pattern.
Result<std::vector<CaseFile>> matching(const std::vector<CaseFile>& files,
                                       std::string CaseFile::*name, std::string_view what,
                                       const std::vector<std::string>& patterns) {
  if (patterns.empty()) return files;
  for (const std::string& pattern : patterns) {
    const bool matches = std::any_of(files.begin(), files.end(), [&](const CaseFile& file) {
      return matches_glob(file.*name, pattern);
    });
    if (!matches) return matches_nothing(what, pattern, names_of(files, name));
  }
  std::vector<CaseFile> selected;
  std::copy_if(files.begin(), files.end(), std::back_inserter(selected), [&](const CaseFile& file) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
      return matches_glob(file.*name, pattern);
    });
  });
  return selected;
}

}  // namespace

Result<Suite> Suite::open(const fs::path& tests_dir) {
  std::error_code error;
  if (!fs::exists(tests_dir, error)) return unusable(tests_dir, "there is no such directory");
  if (!fs::is_directory(tests_dir, error)) return unusable(tests_dir, "it is not a directory");

  Suite suite;
  suite.directory_ = tests_dir;
  const Result<std::vector<fs::path>> directories = entries_of(tests_dir);
  if (!directories) return directories.error();
  for (const fs::path& directory : *directories) {
    if (!fs::is_directory(directory, error)) continue;
    const Result<std::vector<fs::path>> files = entries_of(directory);
    if (!files) return files.error();
    for (const fs::path& file : *files) {
      if (file.extension() != ".json") continue;
      suite.files_.push_back({file, directory.filename().native(), file.stem().native()});
    }
  }
  if (suite.files_.empty()) {
    return unusable(tests_dir, "it has no directory with a .json file in it");
  }
  std::sort(suite.files_.begin(), suite.files_.end(), precedes);
  return suite;
}

std::vector<std::string> Suite::models() const {
  return names_of(files_, &CaseFile::model);
}

Result<std::vector<CaseFile>> Suite::select(const std::vector<std::string>& models,
                                            const std::vector<std::string>& submodels) const {
  const Result<std::vector<CaseFile>> of_models =
      matching(files_, &CaseFile::model, "model", models);
  if (!of_models) return of_models.error();
  return matching(*of_models, &CaseFile::submodel, "submodel", submodels);
}

}  // namespace sharkreg::core
