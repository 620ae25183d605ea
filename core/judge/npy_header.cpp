// SPDX-License-Identifier: Apache-2.0
#include "judge/npy_header.h"

#include <charconv>
#include <optional>
#include <set>

namespace sharkreg::core {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

Error invalid(const std::string& message) {
  return {ErrorKind::invalid, message, {}};
}

// The header is a Python dictionary of three known entries, in any order and spacing. Each function
// takes one thing off the front, or nothing if it does not stand there.
class HeaderText {
 public:
  explicit HeaderText(std::string_view text) : rest_(text) {}

  bool take(char wanted) {
    skip_spaces();
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool at_end() {
    skip_spaces();
    return rest_.empty();
  }

  // Types and keys hold no quotes and no escapes.
  std::optional<std::string> take_string() {
    skip_spaces();
    if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"')) return std::nullopt;
    const auto end = rest_.find(rest_.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string text(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::optional<bool> take_boolean() {
    skip_spaces();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (rest_.substr(0, word.size()) != word) continue;
      rest_.remove_prefix(word.size());
      return value;
    }
    return std::nullopt;
  }

  std::optional<std::uint64_t> take_size() {
    skip_spaces();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    // Python 2 wrote long integers with a suffix.
    if (!rest_.empty() && rest_.front() == 'L') rest_.remove_prefix(1);
    return value;
  }

  // "()", "(2,)", "(2, 3)".
  std::optional<std::vector<std::uint64_t>> take_shape() {
    std::vector<std::uint64_t> shape;
    if (!take('(')) return std::nullopt;
    while (!take(')')) {
      const auto size = take_size();
      if (!size) return std::nullopt;
      shape.push_back(*size);
      if (take(',')) continue;
      if (!take(')')) return std::nullopt;
      break;
    }
    return shape;
  }

 private:
  void skip_spaces() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n')) {
      rest_.remove_prefix(1);
    }
  }

  std::string_view rest_;
};

Result<void> read_entry(HeaderText& text, const std::string& key, NpyHeader& header) {
  if (key == "descr") {
    auto descr = text.take_string();
    if (!descr) return invalid("holds records, not numbers of one type");
    header.descr = std::move(*descr);
    return {};
  }
  if (key == "fortran_order") {
    const auto value = text.take_boolean();
    if (!value) return invalid("has a header whose fortran_order is neither True nor False");
    header.fortran_order = *value;
    return {};
  }
  if (key == "shape") {
    auto shape = text.take_shape();
    if (!shape) return invalid("has a header whose shape is not a tuple of sizes");
    header.shape = std::move(*shape);
    return {};
  }
  return invalid("has a header with the unknown key \"" + key + "\"");
}

Result<NpyHeader> read_dictionary(std::string_view dictionary) {
  const Error malformed = invalid("has a header that is not a dictionary as NumPy writes it");
  HeaderText text(dictionary);
  NpyHeader header;
  std::set<std::string> keys;
  if (!text.take('{')) return malformed;
  while (!text.take('}')) {
    const auto key = text.take_string();
    if (!key || !text.take(':') || !keys.insert(*key).second) return malformed;
    if (auto entry = read_entry(text, *key, header); !entry) return entry.error();
    if (text.take(',')) continue;
    if (!text.take('}')) return malformed;
    break;
  }
  if (!text.at_end()) return malformed;
  if (keys.size() != 3 || header.descr.empty()) {
    return invalid("has a header that lacks descr, fortran_order or shape");
  }
  return header;
}

}  // namespace

Result<NpyHeader> parse_npy_header(std::string_view file) {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(file[index]); };
  if (file.substr(0, magic.size()) != magic) return invalid("is not an .npy file");
  const Error cut_off = invalid("ends within its .npy header");
  const std::size_t length_at = magic.size() + 2;
  if (file.size() < length_at) return cut_off;
  const unsigned version = byte(magic.size());
  if (version < 1 || version > 3) {
    return invalid("has version " + std::to_string(version) +
                   " of the .npy format; 1 to 3 are known");
  }
  const std::size_t length_size = version == 1 ? 2 : 4;
  if (file.size() < length_at + length_size) return cut_off;
  std::size_t length = 0;
  for (std::size_t index = length_size; index-- > 0;)
    length = length << 8 | byte(length_at + index);
  const std::size_t begin = length_at + length_size;
  if (file.size() - begin < length) return cut_off;

  auto header = read_dictionary(file.substr(begin, length));
  if (header) header->data_offset = begin + length;
  return header;
}

}  // namespace sharkreg::core
