// SPDX-License-Identifier: Apache-2.0
#include "suite/pin_edit.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "base/json.h"

namespace sharkreg::core {
namespace {

// A part of the text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;

  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

struct MemberPlace {
  std::string name;
  Span before;  // the white space between the brace or comma in front and the name
  Span colon;   // with the white space around it
  Span value;
};

// Where a value stands.
struct Place {
  Span span;
  bool is_text = false;
  Span colon;                        // that of the member whose value it is
  std::vector<MemberPlace> members;  // of an object
};

constexpr std::string_view white_space = " \t\r\n";

// Finds the places of values in a text that is known to be JSON.
class Scanner {
 public:
  Scanner(std::string_view text, const std::map<std::string, Pin>& wanted)
      : text_(text), wanted_(wanted) {}

  // Of those that are wanted and there.
  std::map<std::string, Place> places() && {
    skip_white_space();
    value("", {});
    return std::move(places_);
  }

 private:
  Span value(const std::string& pointer, Span colon) {
    Place place;
    place.colon = colon;
    place.span.begin = at_;
    switch (text_[at_]) {
      case '{':
        place.members = object(pointer);
        break;
      case '[':
        array(pointer);
        break;
      case '"':
        place.is_text = true;
        skip_text();
        break;
      default:  // a number, true, false or null
        at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    }
    place.span.end = at_;
    if (wanted_.contains(pointer)) places_[pointer] = place;
    return place.span;
  }

  std::vector<MemberPlace> object(const std::string& pointer) {
    std::vector<MemberPlace> members;
    while (text_[at_] != '}') {
      ++at_;  // the brace that opens it, or a comma
      MemberPlace member;
      member.before = skip_white_space();
      if (text_[at_] == '}') break;
      const Span name = skip_text();
      member.name = std::string(parse_json(name.of(text_), "").value().as_string());
      member.colon.begin = at_;
      skip_white_space();
      ++at_;
      skip_white_space();
      member.colon.end = at_;
      member.value = value(pointer + '/' + pointer_token(member.name), member.colon);
      skip_white_space();
      members.push_back(std::move(member));
    }
    ++at_;
    return members;
  }

  void array(const std::string& pointer) {
    for (std::size_t index = 0; text_[at_] != ']'; ++index) {
      ++at_;
      skip_white_space();
      if (text_[at_] == ']') break;
      value(fmt::format("{}/{}", pointer, index), {});
      skip_white_space();
    }
    ++at_;
  }

  // From one quotation mark behind the other.
  Span skip_text() {
    const std::size_t begin = at_++;
    while (text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    return {begin, ++at_};
  }

  Span skip_white_space() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_not_of(white_space, at_), text_.size());
    return {begin, at_};
  }

  std::string_view text_;
  const std::map<std::string, Pin>& wanted_;
  std::size_t at_ = 0;
  std::map<std::string, Place> places_;
};

struct Edit {
  Span replaced;
  std::string by;
};

// The digests of a pin by the names of their members, without those that are empty.
std::vector<std::pair<std::string_view, std::string>> digests_of(const Pin& pin) {
  std::vector<std::pair<std::string_view, std::string>> digests;
  if (!pin.sha256.empty()) digests.emplace_back("sha256", pin.sha256);
  if (!pin.md5.empty()) digests.emplace_back("md5", pin.md5);
  return digests;
}

const MemberPlace* find(const std::vector<MemberPlace>& members, std::string_view name) {
  const auto found = std::ranges::find(members, name, &MemberPlace::name);
  return found == members.end() ? nullptr : &*found;
}

// What stands between a comma and the name behind it.
std::string_view behind_comma(std::string_view text, const std::vector<MemberPlace>& members,
                              const MemberPlace& source) {
  const std::string_view own = source.before.of(text);
  if (&source != &members.front() || own.find('\n') != std::string_view::npos) return own;
  if (members.size() > 1) return members[1].before.of(text);
  return source.colon.of(text).ends_with(':') ? "" : " ";
}

bool is_same_digest(std::string_view quoted, std::string_view digest) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::ranges::equal(quoted.substr(1, quoted.size() - 2), digest, {}, lower, lower);
}

void pin_object(std::string_view text, const Place& place, const MemberPlace& source,
                const Pin& pin, std::vector<Edit>& edits) {
  std::string added;
  for (const auto& [name, digest] : digests_of(pin)) {
    const MemberPlace* old = find(place.members, name);
    if (old == nullptr) {
      added += fmt::format(",{}\"{}\"{}\"{}\"", behind_comma(text, place.members, source), name,
                           source.colon.of(text), digest);
    } else if (!is_same_digest(old->value.of(text), digest)) {
      edits.push_back({old->value, fmt::format("\"{}\"", digest)});
    }
  }
  if (!added.empty()) edits.push_back({{source.value.end, source.value.end}, std::move(added)});
}

// The object is as loose as the member whose value it becomes.
void pin_text(std::string_view text, const Place& place, const Pin& pin, std::vector<Edit>& edits) {
  std::string_view colon = place.colon.of(text);
  if (colon.empty() || colon.find('\n') != std::string_view::npos) colon = ": ";
  const std::string_view comma = colon.ends_with(':') ? "," : ", ";
  std::string members;
  for (const auto& [name, digest] : digests_of(pin)) {
    members += fmt::format("{}\"{}\"{}\"{}\"", comma, name, colon, digest);
  }
  if (members.empty()) return;
  edits.push_back(
      {place.span, fmt::format("{{\"source\"{}{}{}}}", colon, place.span.of(text), members)});
}

std::string applied(std::string_view text, std::vector<Edit> edits) {
  std::ranges::sort(edits, {}, [](const Edit& edit) { return edit.replaced.begin; });
  std::string result;
  std::size_t copied = 0;
  for (const Edit& edit : edits) {
    result.append(text.substr(copied, edit.replaced.begin - copied)).append(edit.by);
    copied = edit.replaced.end;
  }
  return result.append(text.substr(copied));
}

}  // namespace

Result<std::string> with_pins(std::string_view json_text, const std::map<std::string, Pin>& pins) {
  if (const auto parsed = parse_json(json_text, "the model file"); !parsed) return parsed.error();
  const std::map<std::string, Place> places = Scanner(json_text, pins).places();
  std::vector<Edit> edits;
  for (const auto& [pointer, pin] : pins) {
    const auto place = places.find(pointer);
    const MemberPlace* source =
        place == places.end() ? nullptr : find(place->second.members, "source");
    if (source != nullptr) {
      pin_object(json_text, place->second, *source, pin, edits);
    } else if (place != places.end() && place->second.is_text) {
      pin_text(json_text, place->second, pin, edits);
    } else {
      return Error{ErrorKind::invalid, fmt::format("{}: there is no source to be pinned", pointer),
                   ""};
    }
  }
  return applied(json_text, std::move(edits));
}

}  // namespace sharkreg::core
