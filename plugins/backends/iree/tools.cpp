// SPDX-License-Identifier: Apache-2.0
#include "iree/tools.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <unistd.h>

#include "iree/text.h"

namespace sharkreg::iree {
namespace {

namespace fs = std::filesystem;

// A wheel's wrapper is a few lines of Python.
constexpr std::size_t wrapper_size_limit = 1024;

bool is_program(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// The directory that the program really lies in.
fs::path home_of(const fs::path& program) {
  std::error_code error;
  const fs::path real = fs::canonical(program, error);
  return (error ? program : real).parent_path();
}

std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    entries.push_back(entry->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

// Where, below the packages, the program lies that a wrapper with this text starts.
std::optional<fs::path> wrapped_program(std::string_view text, const std::string& name) {
  if (!text.starts_with("#!")) return std::nullopt;
  for (const std::string_view line : lines_of(text)) {
    if (line.starts_with("from iree.compiler.tools.scripts.")) {
      return fs::path("iree/compiler/_mlir_libs") / name;
    }
    if (line.starts_with("from iree._runtime.scripts.")) {
      return fs::path("iree/_runtime_libs") / name;
    }
  }
  return std::nullopt;
}

// Directories whose lib/python*/site-packages a wrapper may mean: that above itself, and that
// above the interpreter which its first line names.
std::set<fs::path> prefixes_of(const fs::path& wrapper, std::string_view text) {
  std::set<fs::path> prefixes{home_of(wrapper).parent_path()};
  const std::string_view interpreter = trimmed(between(text, "#!", "\n"));
  if (interpreter.starts_with('/')) {
    prefixes.insert(fs::path(interpreter).parent_path().parent_path());
  }
  return prefixes;
}

// Empty unless exactly one program fits: with several Pythons side by side only the wrapper knows.
fs::path native_program(const fs::path& wrapper, const std::string& name) {
  const std::string text = read_text(wrapper, wrapper_size_limit + 1);
  if (text.size() > wrapper_size_limit) return {};
  const auto below = wrapped_program(text, name);
  if (!below) return {};
  std::set<fs::path> candidates;
  for (const auto& prefix : prefixes_of(wrapper, text)) {
    for (const auto& python : entries_of(prefix / "lib")) {
      if (!python.filename().string().starts_with("python")) continue;
      const fs::path program = python / "site-packages" / *below;
      std::error_code error;
      if (is_program(program)) candidates.insert(fs::canonical(program, error));
    }
  }
  return candidates.size() == 1 ? *candidates.begin() : fs::path();
}

// The first word of a shell's command line, without its quotes; empty if it is not that simple.
std::string first_word(std::string_view line) {
  std::string word;
  char quote = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == '\\' && quote != '\'' && at + 1 < line.size()) {
      word += line[++at];
    } else if (quote != '\'' && (c == '$' || c == '`')) {
      return {};
    } else if (quote == 0 && (c == ' ' || c == '\t')) {
      break;
    } else {
      word += c;
    }
  }
  return quote == 0 ? word : std::string();
}

// What a line of a script starts in the script's place or with its arguments: a program by its
// absolute path; empty: something, but nobody can tell what; absent: nothing.
std::optional<fs::path> started_by(std::string_view line) {
  constexpr std::string_view command = "exec ";
  std::string_view words = trimmed(line);
  if (words.starts_with('#')) return std::nullopt;
  const bool is_exec = words.starts_with(command);
  if (is_exec) words = trimmed(words.substr(command.size()));
  const std::string_view before = words.substr(0, words.find("$@"));
  const bool passes_on = before.size() < words.size() && (is_exec || contains(before, "/"));
  if (!is_exec && !passes_on) return std::nullopt;
  const std::string word = first_word(words);
  if (word.starts_with('/') && is_program(word)) return word;
  return passes_on ? std::optional<fs::path>(fs::path()) : std::nullopt;
}

// What the lines of a script start; nothing if it is no script.
std::vector<fs::path> started_programs(std::string_view text) {
  std::vector<fs::path> started;
  if (!text.starts_with("#!")) return started;
  for (const std::string_view line : lines_of(text)) {
    if (auto program = started_by(line)) started.push_back(std::move(*program));
  }
  // A script of another language that goes on with its own arguments.
  const bool is_python = contains(text.substr(0, text.find('\n')), "python");
  if (is_python && contains(text, "sys.argv") &&
      (contains(text, "os.exec") || contains(text, "subprocess"))) {
    started.emplace_back();
  }
  return started;
}

void add_file(std::vector<std::string>& files, const fs::path& file) {
  if (is_file(file) && std::ranges::find(files, file.string()) == files.end()) {
    files.push_back(file.string());
  }
}

// The first ones are those that the user named; a whole PATH would bury what is to be said.
std::string some_of(const std::vector<std::string>& directories) {
  constexpr std::size_t most = 4;
  if (directories.size() <= most) return joined(directories, ", ");
  const std::vector<std::string> first(directories.begin(), directories.begin() + most);
  return joined(first, ", ") + " and " + std::to_string(directories.size() - most) + " more";
}

}  // namespace

LocatedTool Tools::locate(const std::string& name) const {
  LocatedTool tool;
  tool.name = name;
  for (const auto& directory : directories_) {
    const fs::path path = fs::path(directory) / name;
    if (!is_program(path)) continue;
    const fs::path native = native_program(path, name);
    tool.path = native.empty() ? path.string() : native.string();
    return tool;
  }
  for (const auto& directory : directories_) {
    const fs::path path = fs::path(directory) / name;
    std::error_code error;
    if (!fs::exists(path, error)) continue;
    tool.missing = path.string() + " is there, but it is no program that can be executed";
    return tool;
  }
  tool.missing = name + " was not found in: " + some_of(directories_) +
                 "; name its directory by --tools-dir or IREE_TOOLS_DIR";
  return tool;
}

ProgramChain::ProgramChain(const std::string& path) {
  constexpr std::size_t most = 8;  // they might go round in a circle
  constexpr std::size_t size_limit = 16384;
  const std::string name = fs::path(path).filename();
  std::vector<fs::path> found{path};
  for (std::size_t at = 0; at < found.size(); ++at) {
    const std::string text = read_text(found[at], size_limit);
    if (at == 0)
      is_native_ = text.starts_with(
          "\x7f"
          "ELF");
    programs_.push_back({found[at].string(), home_of(found[at])});
    if (text.size() <= wrapper_size_limit && wrapped_program(text, name)) hides_something_ = true;
    if (found.size() >= most) continue;
    for (const fs::path& next : started_programs(text)) {
      if (next.empty()) {
        hides_something_ = true;
      } else if (std::ranges::find(found, next) == found.end()) {
        found.push_back(next);
      }
    }
  }
}

std::vector<std::string> ProgramChain::program_files() const {
  std::vector<std::string> files;
  for (const Program& program : programs_) {
    files.push_back(program.path);
    // Beside the program in a wheel, in lib/ in a source build's tree.
    for (const fs::path& folder : {program.home, program.home.parent_path() / "lib"}) {
      const fs::path library = folder / "libIREECompiler.so";
      if (!is_file(library)) continue;
      add_file(files, library);
      break;
    }
  }
  return files;
}

std::vector<std::string> ProgramChain::compiler_files(const std::string& target_backend) const {
  std::vector<std::string> files = program_files();
  for (const Program& program : programs_) {
    add_file(files, program.home / "iree-lld");
    for (const fs::path& folder : {program.home, program.home.parent_path() / "lib"}) {
      for (const auto& entry : entries_of(folder / "iree_platform_libs" / target_backend)) {
        add_file(files, entry);
      }
    }
  }
  return files;
}

bool ProgramChain::has_own_linker() const {
  return is_program(programs_.front().home / "iree-lld");
}

std::string wheel_version(const std::string& path) {
  const std::string text = read_text(home_of(path) / "version.py", 4096);
  const std::string version(between(text, "\nVERSION = \"", "\""));
  const std::string revision(between(text, "\"IREE\": \"", "\""));
  return version.empty() || revision.empty() ? version : version + " @ " + revision;
}

}  // namespace sharkreg::iree
