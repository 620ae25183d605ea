// SPDX-License-Identifier: Apache-2.0
#ifndef SHARKREG_CODEC_H
#define SHARKREG_CODEC_H

// Carries the structs of the SDK through the trees of the C ABI, in both directions.
//
// A struct names its members once:
//
//   template <class Visitor> void fields(Visitor& visit, Device& device) {
//     visit("id", device.id);
//     visit("usable", device.usable);
//   }
//
// and encode() and decode() do the rest. Members may be std::string, bool, std::int64_t, double,
// an enum with an `enum_names` overload, such a struct, a type with its own `write_value` and
// `read_value`, and std::vector, std::optional and std::map<std::string, …> of these. Absent
// members keep their default; an empty optional is not written. Plugin authors need none of this
// unless they define structs of their own.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <sharkreg/failure.h>
#include <sharkreg/plugin_abi.h>

namespace sharkreg {

inline sr_string to_abi(std::string_view text) {
  return sr_string{text.data(), text.size()};
}

inline std::string_view from_abi(sr_string text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

// Names of an enum's values in the order of the values, which start at 0.
template <class Enum>
struct EnumNames {
  const std::string_view* names;
  std::size_t count;
};

enum class UnknownMembers { ignore, refuse };

class Encoder;
class Decoder;

namespace detail {

template <class T, class = void>
struct IsStruct : std::false_type {};

struct AnyVisitor {
  template <class T>
  void operator()(std::string_view, T&) {}
};

template <class T>
struct IsStruct<T, std::void_t<decltype(fields(std::declval<AnyVisitor&>(), std::declval<T&>()))>>
    : std::true_type {};

template <class T, class = void>
struct IsCustom : std::false_type {};

template <class T>
struct IsCustom<
    T, std::void_t<decltype(write_value(std::declval<Encoder&>(), std::declval<const T&>()))>>
    : std::true_type {};

// A JSON pointer that grows and shrinks with the position in the tree.
class Path {
 public:
  sr_string abi() const { return to_abi(text_); }
  const std::string& text() const { return text_; }

  template <class Function>
  void with(std::string_view token, Function&& function) {
    const std::size_t before = text_.size();
    text_ += '/';
    for (char c : token) {
      if (c == '~') {
        text_ += "~0";
      } else if (c == '/') {
        text_ += "~1";
      } else {
        text_ += c;
      }
    }
    function();
    text_.resize(before);
  }

 private:
  std::string text_;
};

}  // namespace detail

// Writes values into an answer. Throws Failure when the other side refuses one.
class Encoder {
 public:
  explicit Encoder(sr_writer* writer) : writer_(writer) {}

  // Visits one member of the object at the current position.
  template <class T>
  void operator()(std::string_view name, const T& value) {
    path_.with(name, [&] { write(value); });
  }

  template <class T>
  void operator()(std::string_view name, const std::optional<T>& value) {
    if (value) (*this)(name, *value);
  }

  // A member that came into this SDK after 1.0, and which a host that does not know it may overlook.
  // One that is empty, or false, is left out.
  template <class T>
  void may_be_overlooked(std::string_view name, const T& value) {
    if (value == T()) return;
    (*this)(name, value);
    optional_.emplace_back(name);
  }

  // Writes `value` at the current position.
  void write(const std::string& value) {
    check(writer_->put_string(writer_, path_.abi(), to_abi(value)));
  }
  void write(bool value) { check(writer_->put_boolean(writer_, path_.abi(), value ? 1 : 0)); }
  void write(std::int64_t value) { check(writer_->put_integer(writer_, path_.abi(), value)); }
  void write(double value) { check(writer_->put_number(writer_, path_.abi(), value)); }

  template <class T>
  void write(const std::vector<T>& values) {
    check(writer_->put_array(writer_, path_.abi()));
    std::size_t index = 0;
    for (const auto& value : values) {
      path_.with(std::to_string(index++), [&] { write(static_cast<const T&>(value)); });
    }
  }

  template <class T>
  void write(const std::map<std::string, T>& values) {
    check(writer_->put_object(writer_, path_.abi()));
    for (const auto& entry : values) path_.with(entry.first, [&] { write(entry.second); });
  }

  template <class T>
  std::enable_if_t<std::is_enum_v<T>> write(T value) {
    const auto names = enum_names(value);
    write(std::string(names.names[static_cast<std::size_t>(value)]));
  }

  template <class T>
  std::enable_if_t<detail::IsCustom<T>::value> write(const T& value) {
    write_value(*this, value);
  }

  template <class T>
  std::enable_if_t<detail::IsStruct<T>::value> write(const T& value) {
    check(writer_->put_object(writer_, path_.abi()));
    // `fields` serves both directions and so takes a mutable reference; encoding only reads.
    std::vector<std::string> outer;
    outer.swap(optional_);
    fields(*this, const_cast<T&>(value));
    if (!optional_.empty()) (*this)("optional", optional_);
    optional_.swap(outer);
  }

 private:
  void check(sr_status status) const {
    if (status == SR_OK) return;
    throw Failure(Failure::Kind::failed, "the value at \"" + path_.text() + "\" was not accepted");
  }

  sr_writer* writer_;
  detail::Path path_;
  std::vector<std::string> optional_;  // of the object that is being written
};

// Reads values from a request. Throws Failure(invalid) with the place of the first trouble.
class Decoder {
 public:
  explicit Decoder(const sr_reader* reader, UnknownMembers unknown = UnknownMembers::ignore)
      : reader_(reader), unknown_(unknown) {}

  // Visits one member of the object at the current position.
  template <class T>
  void operator()(std::string_view name, T& value) {
    known_.push_back(name);
    path_.with(name, [&] { read(value); });
  }

  template <class T>
  void may_be_overlooked(std::string_view name, T& value) {
    (*this)(name, value);
  }

  // Each read() returns false, and leaves the value, when nothing stands at the current position.
  bool read(std::string& value) {
    sr_string text{};
    if (!found(reader_->get_string(reader_, path_.abi(), &text), "text")) return false;
    value = from_abi(text);
    return true;
  }
  bool read(bool& value) {
    std::int32_t number = 0;
    if (!found(reader_->get_boolean(reader_, path_.abi(), &number), "true or false")) return false;
    value = number != 0;
    return true;
  }
  bool read(std::int64_t& value) {
    return found(reader_->get_integer(reader_, path_.abi(), &value), "an integer");
  }
  bool read(double& value) {
    return found(reader_->get_number(reader_, path_.abi(), &value), "a number");
  }

  template <class T>
  bool read(std::optional<T>& value) {
    T inner{};
    if (!read(inner)) return false;
    value = std::move(inner);
    return true;
  }

  template <class T>
  bool read(std::vector<T>& values) {
    std::size_t count = 0;
    if (!expect(SR_KIND_ARRAY, "an array", count)) return false;
    values.clear();
    values.reserve(count);
    for (std::size_t index = 0; index < count; ++index) {
      T value{};
      path_.with(std::to_string(index), [&] { read(value); });
      values.push_back(std::move(value));
    }
    return true;
  }

  template <class T>
  bool read(std::map<std::string, T>& values) {
    std::size_t count = 0;
    if (!expect(SR_KIND_OBJECT, "an object", count)) return false;
    values.clear();
    for (std::size_t index = 0; index < count; ++index) {
      const std::string key(key_at(index));
      path_.with(key, [&] { read(values[key]); });
    }
    return true;
  }

  template <class T>
  std::enable_if_t<std::is_enum_v<T>, bool> read(T& value) {
    std::string name;
    if (!read(name)) return false;
    const auto names = enum_names(value);
    for (std::size_t index = 0; index < names.count; ++index) {
      if (names.names[index] == name) {
        value = static_cast<T>(index);
        return true;
      }
    }
    throw Failure(Failure::Kind::invalid,
                  "\"" + name + "\" at \"" + path_.text() + "\" is not one of the known values");
  }

  template <class T>
  std::enable_if_t<detail::IsCustom<T>::value, bool> read(T& value) {
    return read_value(*this, value);
  }

  template <class T>
  std::enable_if_t<detail::IsStruct<T>::value, bool> read(T& value) {
    std::size_t count = 0;
    if (!expect(SR_KIND_OBJECT, "an object", count)) return false;
    std::vector<std::string_view> outer;
    outer.swap(known_);
    fields(*this, value);
    if (unknown_ == UnknownMembers::refuse) refuse_unknown(count);
    known_.swap(outer);
    return true;
  }

  sr_value_kind kind() const { return reader_->kind(reader_, path_.abi()); }

 private:
  bool expect(sr_value_kind wanted, std::string_view what, std::size_t& count) {
    const sr_value_kind found_kind = kind();
    if (found_kind == SR_KIND_ABSENT) return false;
    if (found_kind != wanted) mismatch(what);
    return found(reader_->get_count(reader_, path_.abi(), &count), what);
  }

  bool found(sr_status status, std::string_view what) const {
    if (status == SR_OK) return true;
    if (status != SR_ABSENT) mismatch(what);
    return false;
  }

  [[noreturn]] void mismatch(std::string_view what) const {
    throw Failure(Failure::Kind::invalid,
                  "\"" + path_.text() + "\" should be " + std::string(what));
  }

  std::string_view key_at(std::size_t index) const {
    sr_string key{};
    found(reader_->get_key(reader_, path_.abi(), index, &key), "an object");
    return from_abi(key);
  }

  void refuse_unknown(std::size_t count) {
    std::vector<std::string> optional;
    path_.with("optional", [&] { read(optional); });
    for (std::size_t index = 0; index < count; ++index) {
      const std::string_view key = key_at(index);
      if (key == "optional" || key == "schema" || contains(known_, key) || contains(optional, key))
        continue;
      throw Failure(Failure::Kind::unsupported, "the member \"" + path_.text() + "/" +
                                                    std::string(key) + "\" is not known here");
    }
  }

  template <class Strings>
  static bool contains(const Strings& strings, std::string_view wanted) {
    for (const auto& text : strings) {
      if (text == wanted) return true;
    }
    return false;
  }

  const sr_reader* reader_;
  UnknownMembers unknown_;
  detail::Path path_;
  std::vector<std::string_view> known_;
};

// Writes a struct as the root of an answer, with its schema id.
template <class T>
void encode(sr_writer* writer, const T& value) {
  Encoder encoder(writer);
  encoder.write(value);
  encoder("schema", std::string(T::schema));
}

// Reads a struct from the root of a request.
template <class T>
T decode(const sr_reader* reader, UnknownMembers unknown = UnknownMembers::ignore) {
  T value{};
  Decoder(reader, unknown).read(value);
  return value;
}

}  // namespace sharkreg

#endif  // SHARKREG_CODEC_H
