// SPDX-License-Identifier: Apache-2.0
#include "suite/source.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t longest_file_name = 255;     // of Linux's file systems
constexpr std::size_t longest_member_path = 4096;  // bytes

constexpr std::array<std::string_view, 8> archive_endings = {
    ".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar.xz", ".tar.bz2", ".zip"};
constexpr std::array<std::string_view, 2> compressed_endings = {".gz", ".zst"};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Whatever the case of its letters.
bool ends_in(std::string_view text, std::string_view ending) {
  return text.size() >= ending.size() &&
         std::ranges::equal(text.substr(text.size() - ending.size()), ending, {}, lower_case);
}

bool names_archive(std::string_view text) {
  return std::ranges::any_of(archive_endings,
                             [&](std::string_view ending) { return ends_in(text, ending); });
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

int hexadecimal_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// None if an escape is broken.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hexadecimal_digit(text[i + 1]);
    const int low = hexadecimal_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

// Why a name cannot be that of a file in a directory of ours and an argument of a tool; empty if it
// can.
std::string_view objection_to(std::string_view name) {
  if (name.empty() || name == "." || name == "..") return "a path or URL that ends in a file name";
  if (name.front() == '-') return "a file name that does not begin with \"-\", as options do";
  if (name.size() > longest_file_name) return "a file name of at most 255 bytes";
  if (name.find('/') != std::string_view::npos || has_control_characters(name) ||
      !is_valid_utf8(name)) {
    return "a plain file name";
  }
  return {};
}

std::string_view last_component(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// The path of a URL: what stands behind the authority, without query and fragment.
std::string_view path_of_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t slash = url.find('/', url.find("://") + 3);
  return slash == std::string_view::npos ? std::string_view() : url.substr(slash);
}

std::string file_name_of_url(std::string_view url) {
  const std::string_view written = last_component(path_of_url(url));
  const std::optional<std::string> decoded = percent_decoded(written);
  return decoded && objection_to(*decoded).empty() ? *decoded : std::string(written);
}

Error refusal(std::string_view expected) {
  return {ErrorKind::invalid, std::string(expected), ""};
}

// What stands before and behind the '#' that leads to a member of an archive. In a URL that is the
// first one; in a path the first one behind the name of an archive, since '#' may stand in names.
struct Divided {
  std::string_view place;
  std::optional<std::string_view> member;
};

Divided divided(std::string_view text, bool is_url) {
  for (std::size_t at = text.find('#'); at != std::string_view::npos; at = text.find('#', at + 1)) {
    const std::string_view place = text.substr(0, at);
    if (is_url || names_archive(place)) return {place, text.substr(at + 1)};
  }
  return {text, std::nullopt};
}

std::string what_a_fragment_is_for() {
  std::string endings;
  for (const std::string_view ending : archive_endings) {
    endings.append(endings.empty() ? "" : ", ").append(ending);
  }
  return "a URL without \"#\", which names a member of an archive (" + endings +
         ") as in https://host/weights.tar.gz#model/weights.npy; write %23 for one that is part of "
         "a name";
}

// Without "." components, which mean nothing. The error says what is expected.
Result<std::string> member_path(std::string_view written, bool is_escaped) {
  const auto decoded = is_escaped ? percent_decoded(written) : std::optional(std::string(written));
  if (!decoded) return refusal("whole escapes behind \"#\" (write %25 for a percent sign)");
  if (decoded->size() > longest_member_path) {
    return refusal("a member's path of at most 4096 bytes");
  }
  if (has_control_characters(*decoded) || !is_valid_utf8(*decoded)) {
    return refusal("a member's path in UTF-8 without control characters");
  }
  std::string path;
  for (const std::string& component : split(*decoded, '/')) {
    if (component.empty() || component == "..") {
      return refusal(
          "a member's path that is relative, without \"..\" and empty parts, as in "
          "weights.tar#model/weights.npy");
    }
    if (component != ".") path.append(path.empty() ? "" : "/").append(component);
  }
  if (path.empty()) return refusal("the path of a member behind \"#\", not of a directory");
  return path;
}

// How much of the name is that of the file in it, "weights.npy" of "weights.npy.gz"; 0 if the name is
// not that of one compressed file. A name without an extension in front ("weights.gz") would leave
// one without any, and what is to be made of the file is told by that.
std::size_t length_decompressed(std::string_view name) {
  for (const std::string_view ending : compressed_endings) {
    if (!ends_in(name, ending)) continue;
    const std::string_view stem = name.substr(0, name.size() - ending.size());
    const std::size_t dot = stem.rfind('.');
    const bool has_extension = dot != std::string_view::npos && dot > 0 && dot + 1 < stem.size();
    if (has_extension && !ends_in(stem, ".tar")) return stem.size();
  }
  return 0;
}

}  // namespace

bool is_url(std::string_view text) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos || end < 2 || !is_letter(text.front())) return false;
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

Result<Source> parse_source(std::string_view text, const std::filesystem::path& directory) {
  if (text.empty()) return refusal("a path or a URL");
  if (has_control_characters(text)) return refusal("a path or URL without control characters");
  Source source;
  source.text = text;
  source.is_url = is_url(text);
  // RFC 3986 allows none of these, and it is by them that base/secrets.h finds a URL's end.
  if (source.is_url && text.find_first_of(" \"<>\\`") != std::string_view::npos) {
    return refusal("a URL without spaces and any of \"<>\\` (write %20 for a space)");
  }
  const auto [place, member] = divided(text, source.is_url);
  if (source.is_url) {
    source.location = place;
    source.file_name = file_name_of_url(place);
  } else {
    source.location = (directory / place).lexically_normal().native();
    source.file_name = last_component(place);
  }
  if (member) {
    if (!names_archive(source.file_name)) return refusal(what_a_fragment_is_for());
    auto path = member_path(*member, source.is_url);
    if (!path) return path.error();
    source.file_name = last_component(*path);
    source.unpacking = {Unpacking::Kind::member, *std::move(path)};
  } else if (const std::size_t length = length_decompressed(source.file_name); length > 0) {
    source.file_name.resize(length);
    source.unpacking.kind = Unpacking::Kind::decompress;
  }
  const std::string_view objection = objection_to(source.file_name);
  if (!objection.empty()) return refusal(objection);
  return source;
}

}  // namespace sharkreg::core
