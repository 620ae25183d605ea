// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace http_fetcher {

// A URL as people may see it: without query and fragment, which may hold a signature.
std::string shown(std::string_view url);

// The head of an answer. Source of all: RFC 9110.
struct Answer {
  long status = 0;
  std::string reason;                          // of the status line; empty in HTTP/2
  std::map<std::string, std::string> headers;  // names in lower case; the last of equal ones
  std::string redirect;    // absolute URL that one of status 3xx leads to; if that was not followed
  std::string error_text;  // the beginning of the body of a failure, if it is text

  std::string header(const std::string& name) const;  // "" if it has none

  // Bytes of the body as announced; none if it is not, or the body has another encoding.
  std::optional<std::uint64_t> content_length() const;
  bool is_encoded() const;  // with a Content-Encoding, which was not asked for

  // Time to wait before the next try (seconds or a date); zero if there is none.
  std::chrono::milliseconds retry_after() const;

  // The name that services give to a failure, "AccessDenied": of a header (x-ms-error-code) or of an
  // XML body; "" if there is none.
  std::string error_code() const;

  // What stands in the element of an XML body, with its entities replaced; "" if there is none.
  std::string error_element(std::string_view name) const;

  // "206 Partial Content", with what the body says: of XML its code and the message alone, since
  // services send what they were asked along, of other text the beginning.
  std::string said() const;
};

// "bytes 0-99/1234".
struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::optional<std::uint64_t> total;
};
std::optional<ContentRange> parse_content_range(std::string_view text);

// A content of a URL as servers tell it from others: by its strong entity tag, else by its date; and
// by its size, so that a server which gives one tag to two contents is found out more often.
struct Version {
  std::string etag;           // with its quotes; empty: none, or a weak one
  std::string last_modified;  // as the server wrote it; only if there is no tag
  std::optional<std::uint64_t> size;

  static Version of(const Answer& answer, std::optional<std::uint64_t> size);
  static Version from_text(std::string_view text);
  bool is_known() const { return !etag.empty() || !last_modified.empty(); }
  std::string text() const;  // "" if it is not known
};

// Lower-case hexadecimal; none if the text is no base64 of so many bytes.
std::optional<std::string> hexadecimal_of_base64(std::string_view text, std::size_t bytes);

// SHA-256 and MD5 that the server promises, as the SDK has them: lower-case hexadecimal.
std::map<std::string, std::string> digests_of(const Answer& answer);

}  // namespace http_fetcher
