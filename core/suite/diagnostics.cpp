// SPDX-License-Identifier: Apache-2.0
#include "suite/diagnostics.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

std::string without_secrets(std::string_view text) {
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return std::string(text);
  const std::size_t authority = scheme_end + 3;
  const std::size_t authority_end = std::min(text.find_first_of("/?#", authority), text.size());
  const std::size_t user_end = text.substr(0, authority_end).rfind('@');
  std::string result(text.substr(0, authority));
  const bool has_user = user_end != std::string_view::npos && user_end >= authority;
  if (has_user) result += "…@";
  const std::string_view rest = text.substr(has_user ? user_end + 1 : authority);
  const std::size_t query = rest.find('?');
  if (query == std::string_view::npos) return result.append(rest);
  return result.append(rest.substr(0, query)).append("?…");
}

}  // namespace

void Diagnostics::error(std::string pointer, std::string found, std::string expected) {
  diagnostics_.push_back({Diagnostic::Severity::error, file_, std::move(pointer), std::move(found),
                          std::move(expected)});
}

void Diagnostics::warning(std::string pointer, std::string found, std::string expected) {
  error(std::move(pointer), std::move(found), std::move(expected));
  diagnostics_.back().severity = Diagnostic::Severity::warning;
}

void Diagnostics::unknown_field(std::string pointer, std::string found, std::string expected) {
  error(std::move(pointer), std::move(found), std::move(expected));
  if (allow_unknown_fields_) diagnostics_.back().severity = Diagnostic::Severity::warning;
}

bool Diagnostics::has_errors() const {
  return std::any_of(diagnostics_.begin(), diagnostics_.end(), [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Diagnostic::Severity::error;
  });
}

std::string to_text(const Diagnostic& diagnostic) {
  return fmt::format("{}: {}found {}, expected {}", printable(diagnostic.file.native()),
                     diagnostic.pointer.empty() ? "" : printable(diagnostic.pointer) + ": ",
                     diagnostic.found, diagnostic.expected);
}

std::string shown(std::string_view text) {
  constexpr std::size_t longest = 120;
  std::string visible = printable(without_secrets(text));
  std::replace(visible.begin(), visible.end(), '\n', ' ');
  if (visible.size() > longest) {
    visible.resize(valid_utf8_length(std::string_view(visible).substr(0, longest)));
    visible += "…";
  }
  return fmt::format("\"{}\"", visible);
}

}  // namespace sharkreg::core
