// SPDX-License-Identifier: Apache-2.0
// The core knows no backend: it names none of their tools, chips or flags, outside one table of
// names and defaults kept for compatibility.
#include <algorithm>
#include <cctype>

#include <doctest/doctest.h>

#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// Whether the word begins somewhere in the text: "sigprocmask" and "chip" are other words.
bool has_word(const std::string& text, const std::string& word) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    if (at == 0 || std::isalpha(static_cast<unsigned char>(text[at - 1])) == 0) return true;
  }
  return false;
}

// "file:line: text" of each line of a file that has one of the words.
std::string lines_with(const fs::path& file, const std::vector<std::string>& words) {
  std::string found;
  const std::string content = content_of(file);
  int number = 0;
  for (std::size_t start = 0; start < content.size();) {
    const std::size_t end = std::min(content.find('\n', start), content.size());
    const std::string line = content.substr(start, end - start);
    ++number;
    for (const std::string& word : words) {
      if (has_word(in_lower_case(line), word)) {
        found += file.string() + ":" + std::to_string(number) + ": " + line + "\n";
      }
    }
    start = end + 1;
  }
  return found;
}

}  // namespace

TEST_CASE("the core says neither rocm, hip, gfx, iree- nor llvm, but in one table") {
  const fs::path core = fs::path(SHARKREG_SOURCE_DIR) / "core";
  const fs::path table = core / "cli" / "compatibility.h";
  const std::vector<std::string> words = {"rocm", "hip", "gfx", "iree-", "llvm"};
  CHECK(lines_with(table, words) != "");
  std::string found;
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(core)) {
    if (!entry.is_regular_file() || entry.path() == table) continue;
    ++files;
    found += lines_with(entry.path(), words);
  }
  CHECK(files > 100);
  CHECK(found == "");
}

}  // namespace sharkreg::e2e
