// SPDX-License-Identifier: Apache-2.0
#include "hf_url.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <sharkreg/failure.h>

#include "http_answer.h"

namespace hf_fetcher {
namespace {

using sharkreg::Failure;
using Segments = std::vector<std::string>;

constexpr const char* expected = "write hf://ORG/REPO/PATH or hf://ORG/REPO@REVISION/PATH";

[[noreturn]] void refuse(const std::string& url, const std::string& reason,
                         const std::string& hint = expected) {
  throw Failure(Failure::Kind::invalid, "\"" + http_fetcher::shown(url) + "\" " + reason, hint);
}

bool is_hexadecimal(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Whether it stands in a path as it is (RFC 3986).
bool is_plain(char c) {
  const bool letter_or_digit =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter_or_digit || std::string_view("-._~!$&'()*+,;=:@").find(c) != std::string_view::npos;
}

std::string encoded(const std::string& url, std::string_view segment) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (std::size_t at = 0; at < segment.size(); ++at) {
    const char c = segment[at];
    if (c == '%') {
      if (at + 2 >= segment.size() || !is_hexadecimal(segment[at + 1]) ||
          !is_hexadecimal(segment[at + 2])) {
        refuse(url, "has a '%' that two hexadecimal digits do not follow",
               "write a '%' that belongs to the name as %25");
      }
      result += c;
    } else if (is_plain(c)) {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result += '%';
      result += digits[byte >> 4];
      result += digits[byte & 15];
    }
  }
  return result;
}

// "." and "..", also encoded: whoever resolves them leaves the repository.
bool is_step(std::string_view segment) {
  std::string dots;
  while (!segment.empty()) {
    const bool is_encoded =
        segment.size() >= 3 && segment[0] == '%' && segment[1] == '2' && (segment[2] | 32) == 'e';
    if (!is_encoded && segment[0] != '.') return false;
    segment.remove_prefix(is_encoded ? 3 : 1);
    dots += '.';
  }
  return dots == "." || dots == "..";
}

Segments segments_of(const std::string& url, std::string_view path) {
  Segments segments;
  for (;;) {
    const std::string_view segment = path.substr(0, path.find('/'));
    if (segment.empty()) refuse(url, "has an empty name in it");
    if (is_step(segment)) refuse(url, "has a name of dots alone in it");
    segments.push_back(encoded(url, segment));
    if (segment.size() == path.size()) return segments;
    path.remove_prefix(segment.size() + 1);
  }
}

std::string joined(Segments::const_iterator begin, Segments::const_iterator end) {
  std::string result;
  for (; begin != end; ++begin) result += (result.empty() ? "" : "/") + *begin;
  return result;
}

bool has_kind(const Segments& segments) {
  return segments.front() == "datasets" || segments.front() == "spaces";
}

HubFile of_hf_url(const std::string& url, std::string_view rest) {
  if (rest.find_first_of("?#") != std::string_view::npos) {
    refuse(url, "has a query or a fragment, which files on the hub do not",
           "write '?' in a name as %3F and '#' as %23");
  }
  Segments segments = segments_of(url, rest);
  const std::size_t names = has_kind(segments) ? 3 : 2;
  if (segments.size() <= names) refuse(url, "names no file of a repository");
  std::string& name = segments[names - 1];
  std::string revision = "main";
  if (const std::size_t at = name.find('@'); at != std::string::npos) {
    revision = name.substr(at + 1);
    name.resize(at);
    if (name.empty() || revision.empty()) refuse(url, "has an empty name in it");
  }
  const auto path = segments.begin() + static_cast<std::ptrdiff_t>(names);
  const std::string repository = joined(segments.begin(), path);
  return {repository,
          "/" + repository + "/resolve/" + revision + "/" + joined(path, segments.end())};
}

// Of the hub's web pages: what stands behind its name.
HubFile of_web_url(const std::string& url, std::string_view rest) {
  const Segments segments = segments_of(url, rest.substr(0, rest.find_first_of("?#")));
  // Old repositories have one name only.
  const std::size_t first = has_kind(segments) ? 2 : 1;
  for (std::size_t names = first; names <= first + 1 && names < segments.size(); ++names) {
    if (segments[names] == "blob") {
      refuse(url, "is a page that shows a file", "write resolve/ in place of blob/");
    }
    if (segments[names] != "resolve" || segments.size() < names + 3) continue;
    const auto end = segments.begin() + static_cast<std::ptrdiff_t>(names);
    return {joined(segments.begin(), end), "/" + joined(segments.begin(), segments.end())};
  }
  refuse(url, "is no file on the hub",
         "write https://huggingface.co/ORG/REPO/resolve/REVISION/PATH, or hf://ORG/REPO/PATH");
}

}  // namespace

HubFile hub_file(const std::string& url) {
  const std::size_t begin = std::min(url.find("://"), url.size());
  std::string start = url.substr(0, begin);
  const auto to_lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  std::transform(start.begin(), start.end(), start.begin(), to_lower);
  const std::string_view rest = std::string_view(url).substr(std::min(begin + 3, url.size()));
  if (start == "hf") return of_hf_url(url, rest);
  std::string host(rest.substr(0, rest.find_first_of("/?#")));
  const std::size_t size = host.size();
  std::transform(host.begin(), host.end(), host.begin(), to_lower);
  host.resize(std::min(host.find(':'), host.size()));
  if ((start != "https" && start != "http") || host != "huggingface.co") {
    refuse(url, "is no URL of the Hugging Face hub");
  }
  return of_web_url(url, rest.substr(std::min(size + 1, rest.size())));
}

}  // namespace hf_fetcher
