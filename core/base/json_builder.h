// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <boost/json/basic_parser.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>

#include "base/json.h"

namespace sharkreg::core {

// A key that its object already had.
struct DuplicateJsonKey {
  std::size_t ordinal = 0;  // among all keys of the text, from 0
  std::string key;
  std::string pointer;
};

// An object or an array that is being read.
struct JsonLevel {
  bool is_object = false;
  std::string key;        // last one read
  std::size_t index = 0;  // of the element being read
  std::unordered_set<std::string> keys;
};

// What boost::boost::json::basic_parser reports to: builds the value, and knows where in it the
// parser is.
class JsonBuilder {
 public:
  static constexpr std::size_t max_object_size = boost::json::object::max_size();
  static constexpr std::size_t max_array_size = boost::json::array::max_size();
  static constexpr std::size_t max_key_size = boost::json::string::max_size();
  static constexpr std::size_t max_string_size = boost::json::string::max_size();

  const std::vector<DuplicateJsonKey>& duplicates() const { return duplicates_; }
  const std::vector<JsonLevel>& levels() const { return levels_; }
  boost::json::value release() { return stack_.release(); }

  // The JSON pointer of what is being read, by the innermost `depth` levels.
  std::string pointer(std::size_t depth) const {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) {
      const JsonLevel& level = levels_[i];
      text += '/';
      text += level.is_object ? pointer_token(level.key) : std::to_string(level.index);
    }
    return text;
  }

  bool on_document_begin(boost::json::error_code&) {
    stack_.reset();
    return true;
  }
  bool on_document_end(boost::json::error_code&) { return true; }

  bool on_object_begin(boost::json::error_code&) {
    levels_.push_back({true, "", 0, {}});
    return true;
  }
  bool on_object_end(std::size_t count, boost::json::error_code&) {
    levels_.pop_back();
    stack_.push_object(count);
    return value_ends();
  }
  bool on_array_begin(boost::json::error_code&) {
    levels_.push_back({false, "", 0, {}});
    return true;
  }
  bool on_array_end(std::size_t count, boost::json::error_code&) {
    levels_.pop_back();
    stack_.push_array(count);
    return value_ends();
  }

  bool on_key_part(boost::json::string_view part, std::size_t, boost::json::error_code&) {
    text_ += std::string_view(part.data(), part.size());
    stack_.push_chars(part);
    return true;
  }
  bool on_key(boost::json::string_view part, std::size_t, boost::json::error_code&) {
    text_ += std::string_view(part.data(), part.size());
    stack_.push_key(part);
    JsonLevel& level = levels_.back();
    level.key = std::move(text_);
    text_.clear();
    if (!level.keys.insert(level.key).second) {
      duplicates_.push_back({keys_, level.key, pointer(levels_.size())});
    }
    ++keys_;
    return true;
  }

  bool on_string_part(boost::json::string_view part, std::size_t, boost::json::error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(boost::json::string_view part, std::size_t, boost::json::error_code&) {
    stack_.push_string(part);
    return value_ends();
  }

  bool on_number_part(boost::json::string_view, boost::json::error_code&) { return true; }
  bool on_int64(std::int64_t number, boost::json::string_view, boost::json::error_code&) {
    stack_.push_int64(number);
    return value_ends();
  }
  bool on_uint64(std::uint64_t number, boost::json::string_view, boost::json::error_code&) {
    stack_.push_uint64(number);
    return value_ends();
  }
  bool on_double(double number, boost::json::string_view, boost::json::error_code& error) {
    if (!std::isfinite(number)) {
      error = boost::json::make_error_code(boost::json::error::exponent_overflow);
      return false;
    }
    stack_.push_double(number);
    return value_ends();
  }
  bool on_bool(bool value, boost::json::error_code&) {
    stack_.push_bool(value);
    return value_ends();
  }
  bool on_null(boost::json::error_code&) {
    stack_.push_null();
    return value_ends();
  }
  bool on_comment_part(boost::json::string_view, boost::json::error_code&) { return true; }
  bool on_comment(boost::json::string_view, boost::json::error_code&) { return true; }

 private:
  bool value_ends() {
    if (!levels_.empty()) ++levels_.back().index;
    return true;
  }

  boost::json::value_stack stack_;
  std::vector<JsonLevel> levels_;
  std::vector<DuplicateJsonKey> duplicates_;
  std::string text_;      // of the key being read
  std::size_t keys_ = 0;  // read so far
};

}  // namespace sharkreg::core
