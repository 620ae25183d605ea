// SPDX-License-Identifier: Apache-2.0
#include "approved.h"

#include <cstdlib>
#include <filesystem>
#include <string_view>

#include <doctest/doctest.h>

#include "base/files.h"
#include "base/text.h"

namespace sharkreg::core {

void check_approved(const std::string& name, const std::string& actual) {
  const std::filesystem::path path =
      std::filesystem::path(SHARKREG_SOURCE_DIR) / "tests/unit/report/approved" / name;
  const char* approve = std::getenv("SHARKREG_APPROVE");
  if (approve && std::string_view(approve) == "1") {
    REQUIRE(write_file_atomically(path, actual).has_value());
    return;
  }
  const auto expected = read_file(path);
  REQUIRE_MESSAGE(expected.has_value(), "nothing is approved; SHARKREG_APPROVE=1 writes ",
                  path.string());
  if (*expected == actual) return;
  const auto expected_lines = split(*expected, '\n');
  const auto actual_lines = split(actual, '\n');
  std::size_t line = 0;
  while (line < expected_lines.size() && line < actual_lines.size() &&
         expected_lines[line] == actual_lines[line]) {
    ++line;
  }
  const auto text_at = [&](const auto& lines) {
    return line < lines.size() ? lines[line] : std::string("(end of text)");
  };
  FAIL_CHECK(path.string(), ":", line + 1, ": approved:\n", text_at(expected_lines), "\nnow:\n",
             text_at(actual_lines), "\n(SHARKREG_APPROVE=1 writes the new text)");
}

}  // namespace sharkreg::core
