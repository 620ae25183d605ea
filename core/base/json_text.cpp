// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <iterator>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "base/json.h"

namespace sharkreg::core {
namespace {

namespace json = boost::json;

bool needs_escape(char letter) {
  return static_cast<unsigned char>(letter) < 0x20 || letter == '"' || letter == '\\';
}

class Writer {
 public:
  Writer(std::string& text, bool is_pretty) : text_(text), is_pretty_(is_pretty) {}

  void write(const json::value& value) {
    switch (value.kind()) {
      case json::kind::object:
        return write(value.get_object());
      case json::kind::array:
        return write(value.get_array());
      case json::kind::double_:
        return append_json(text_, value.get_double());
      default:
        text_ += json::serialize(value);
    }
  }

 private:
  void write(const json::object& object) {
    if (object.empty()) {
      text_ += "{}";
      return;
    }
    open('{');
    bool first = true;
    for (const auto& [key, value] : object) {
      next(first);
      append_json(text_, std::string_view(key));
      text_ += is_pretty_ ? ": " : ":";
      write(value);
    }
    close('}');
  }

  void write(const json::array& array) {
    if (array.empty()) {
      text_ += "[]";
      return;
    }
    open('[');
    bool first = true;
    for (const json::value& value : array) {
      next(first);
      write(value);
    }
    close(']');
  }

  void open(char bracket) {
    text_ += bracket;
    ++depth_;
  }

  void next(bool& first) {
    if (!first) text_ += ',';
    first = false;
    break_line();
  }

  void close(char bracket) {
    --depth_;
    break_line();
    text_ += bracket;
  }

  void break_line() {
    if (!is_pretty_) return;
    text_ += '\n';
    text_.append(2 * depth_, ' ');
  }

  std::string& text_;
  bool is_pretty_;
  std::size_t depth_ = 0;
};

std::string written(const json::value& value, bool is_pretty) {
  std::string text;
  Writer(text, is_pretty).write(value);
  return text;
}

}  // namespace

void append_json(std::string& text, std::string_view value) {
  if (std::ranges::any_of(value, needs_escape)) {
    text += json::serialize(json::string_view(value));
  } else {
    text += '"';
    text += value;
    text += '"';
  }
}

// Shortest text that reads back as the same number, and as a number with a fraction.
void append_json(std::string& text, double value) {
  if (!std::isfinite(value)) {
    text += "null";
    return;
  }
  const std::size_t start = text.size();
  fmt::format_to(std::back_inserter(text), "{}", value);
  if (text.find_first_of(".e", start) == std::string::npos) text += ".0";
}

std::string to_json_line(const json::value& value) {
  return written(value, false);
}

std::string to_pretty_json(const json::value& value) {
  return written(value, true);
}

}  // namespace sharkreg::core
