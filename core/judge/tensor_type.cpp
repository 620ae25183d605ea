// SPDX-License-Identifier: Apache-2.0
#include "judge/tensor_type.h"

#include <charconv>
#include <limits>

namespace sharkreg::core {
namespace {

std::string known_types() {
  std::string names;
  for (const auto& information : element_types) {
    if (byte_size_of(information.type) == 0) continue;
    names += (names.empty() ? "" : ", ") + std::string(information.name);
  }
  return names;
}

Error bad_value(std::string_view value, const std::string& reason) {
  return {ErrorKind::invalid, "the value \"" + std::string(value) + "\" " + reason,
          "write shape and element type, such as 1x64xi64, or f32 for a scalar"};
}

// The type's counterpart without a sign.
ElementType signless(ElementType type) {
  switch (type) {
    case ElementType::u8:
      return ElementType::i8;
    case ElementType::u16:
      return ElementType::i16;
    case ElementType::u32:
      return ElementType::i32;
    case ElementType::u64:
      return ElementType::i64;
    default:
      return type;
  }
}

}  // namespace

std::string to_text(const TensorType& type) {
  std::string text;
  for (const std::uint64_t size : type.shape) text += std::to_string(size) + "x";
  return text + std::string(name_of(type.element));
}

std::string to_text(const DeclaredResult& declared) {
  std::string text;
  for (const std::int64_t size : declared.shape) {
    text += (size < 0 ? "?" : std::to_string(size)) + "x";
  }
  return text + declared.type;
}

Result<TensorType> parse_value(std::string_view value) {
  TensorType type;
  std::string_view rest = value;
  // Element types begin with a letter, so digits always are a dimension.
  while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
    if (error != std::errc()) return bad_value(value, "has a dimension that is too large");
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (rest.empty() || rest.front() != 'x') {
      return bad_value(value, "lacks an 'x' behind the dimension " + std::to_string(size));
    }
    rest.remove_prefix(1);
    type.shape.push_back(size);
  }
  if (rest.empty()) return bad_value(value, "has no element type");
  if (rest.front() == '?') return bad_value(value, "has a dimension whose size is not known");
  const auto element = element_type_from_name(rest);
  if (!element || byte_size_of(*element) == 0) {
    return Error{ErrorKind::invalid,
                 "the value \"" + std::string(value) + "\" has the unknown element type \"" +
                     std::string(rest) + "\"",
                 "known are " + known_types()};
  }
  type.element = *element;
  if (!byte_size_of(type)) return bad_value(value, "is a tensor too large for any memory");
  return type;
}

std::optional<std::uint64_t> byte_size_of(const TensorType& type) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::uint64_t size = byte_size_of(type.element);
  // An empty tensor has no bytes, however large its other dimensions are.
  for (const std::uint64_t dimension : type.shape) {
    if (dimension == 0) return 0;
  }
  for (const std::uint64_t dimension : type.shape) {
    if (size > most / dimension) return std::nullopt;
    size *= dimension;
  }
  return size;
}

bool is_integer(ElementType type) {
  switch (signless(type)) {
    case ElementType::i1:
    case ElementType::i8:
    case ElementType::i16:
    case ElementType::i32:
    case ElementType::i64:
      return true;
    default:
      return false;
  }
}

bool are_interchangeable(ElementType a, ElementType b) {
  return signless(a) == signless(b);
}

}  // namespace sharkreg::core
