// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sharkreg::core {

// Whether the text is a JSON pointer (RFC 6901): empty, or tokens that each begin with '/', in
// which
// '~' occurs as "~0" and "~1" only.
bool is_json_pointer(std::string_view text);

// One token of a JSON pointer, still in its escaped spelling.
class PointerToken {
 public:
  explicit PointerToken(std::string_view spelling) : spelling_(spelling) {}

  std::string_view spelling() const { return spelling_; }
  bool is_escaped() const { return spelling_.find('~') != std::string_view::npos; }

  // Whether it names this key. Allocates nothing.
  bool names(std::string_view key) const;

  // The key that it names.
  std::string key() const;

  bool is_append() const { return spelling_ == "-"; }

  // The element that it names: digits without a leading zero. One too large for any array counts as
  // the largest number.
  std::optional<std::size_t> index() const;

 private:
  std::string_view spelling_;
};

// Goes through a JSON pointer token by token. The text must be one, and outlive this.
class PointerWalk {
 public:
  explicit PointerWalk(std::string_view pointer) : rest_(pointer) {}

  bool done() const { return rest_.empty(); }

  // The next token; only if not done().
  PointerToken front() const { return PointerToken(rest_.substr(1, end() - 1)); }
  void pop() { rest_.remove_prefix(end()); }

 private:
  std::size_t end() const {
    const std::size_t slash = rest_.find('/', 1);
    return slash == std::string_view::npos ? rest_.size() : slash;
  }

  std::string_view rest_;
};

}  // namespace sharkreg::core
