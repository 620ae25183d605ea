// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "base/verdict.h"
#include "cli/commands.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kinds = {"backend", "fetcher", "comparator", "tuner"};

using Replacements = std::vector<std::pair<std::string, std::string>>;

Error usage(const std::string& message) {
  return {ErrorKind::usage, message,
          "sharkreg new-plugin backend|fetcher|comparator|tuner NAME [--directory=DIR]"};
}

Result<void> check(const std::string& kind, const std::string& name) {
  if (std::ranges::find(kinds, kind) == kinds.end()) {
    return usage(fmt::format("\"{}\" is no kind of plugin{}", kind, did_you_mean(kind, kinds)));
  }
  const auto is_allowed = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '_' && kind != "backend");
  };
  const bool starts_well = !name.empty() && name.front() >= 'a' && name.front() <= 'z';
  if (!starts_well || name.size() > 64 || !std::ranges::all_of(name, is_allowed)) {
    return usage(fmt::format(
        "\"{}\" cannot be the name of a {}: it takes at most 64 of a-z{} and 0-9, a letter first",
        name, kind, kind == "backend" ? "" : ", _"));
  }
  return {};
}

// "my_cosine" to "MyCosine".
std::string class_name(const std::string& name) {
  std::string result;
  bool upper = true;
  for (const char c : name) {
    if (c != '_') result += upper ? static_cast<char>(std::toupper(c)) : c;
    upper = c == '_';
  }
  return result;
}

Replacements replacements_for(const std::string& name, const fs::path& prefix) {
  std::string variable = name;
  std::ranges::transform(variable, variable.begin(),
                         [](char c) { return static_cast<char>(std::toupper(c)); });
  std::string scheme = name;  // a URL scheme has no '_'
  std::ranges::replace(scheme, '_', '-');
  // A class of the SDK may have that name as well.
  return {{"@NAME@", name},
          {"@CLASS@", class_name(name) + "Plugin"},
          {"@VARIABLE@", variable},
          {"@SCHEME@", scheme},
          {"@PREFIX@", prefix}};
}

std::string replaced(std::string text, const Replacements& replacements) {
  for (const auto& [mark, value] : replacements) {
    for (std::size_t at = text.find(mark); at != std::string::npos;
         at = text.find(mark, at + value.size())) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

// The relative paths of all files of a template.
Result<std::vector<fs::path>> files_of(const fs::path& directory) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_regular_file(error)) files.push_back(at->path().lexically_relative(directory));
  }
  if (error || files.empty()) {
    return Error{ErrorKind::infrastructure,
                 fmt::format("the templates of sharkreg are not in {}", directory.native()),
                 "install sharkreg again"};
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

Result<int> new_plugin_command(Context& context) {
  const std::vector<std::string>& words = context.positional();
  if (words.size() != 2) {
    return usage(fmt::format("new-plugin takes a kind and a name, not {} words", words.size()));
  }
  const std::string& kind = words[0];
  const std::string& name = words[1];
  if (auto checked = check(kind, name); !checked) return checked.error();

  const std::string chosen = context.settings().text("directory");
  const fs::path target = fs::absolute(chosen.empty() ? name : chosen).lexically_normal();
  std::error_code error;
  if (fs::symlink_status(target, error).type() != fs::file_type::not_found) {
    return Error{ErrorKind::usage, fmt::format("{} is there already", target.native()),
                 "choose another place with --directory=DIR"};
  }
  const fs::path source = context.installation().templates / kind;
  const auto files = files_of(source);
  if (!files) return files.error();

  // Whole or not at all: it is written beside its place and then renamed.
  const auto part = TemporaryDirectory::create(target.parent_path(), "sharkreg-new-plugin-");
  if (!part) return part.error();
  const fs::path project = part->path() / "project";
  const Replacements replacements =
      replacements_for(name, context.installation().program.parent_path().parent_path());
  for (const fs::path& file : *files) {
    const auto text = read_file(source / file);
    if (!text) return text.error();
    const fs::path place = project / replaced(file.native(), replacements);
    if (auto written = write_file_atomically(place, replaced(*text, replacements)); !written) {
      return written.error();
    }
  }
  fs::rename(project, target, error);
  if (error) {
    return Error{ErrorKind::infrastructure,
                 fmt::format("cannot write {}: {}", target.native(), error.message()),
                 "check that the directory can be written"};
  }
  for (const fs::path& file : *files) {
    fmt::print("{}\n", (target / replaced(file.native(), replacements)).native());
  }
  fmt::print("\nThe {} \"{}\" is ready: {} says how it is built, tested and used.\n", kind, name,
             (target / "README.md").native());
  return exit_fine;
}

}  // namespace sharkreg::core
