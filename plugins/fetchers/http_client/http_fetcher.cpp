// SPDX-License-Identifier: Apache-2.0
#include "http_fetcher.h"

#include <sharkreg/failure.h>

#include "part_reader.h"
#include "url_text.h"

namespace http_fetcher {
namespace {

using sharkreg::ArtifactInformation;
using sharkreg::ArtifactPart;
using sharkreg::Failure;

constexpr const char* no_encoding = "Accept-Encoding: identity";

void check_version(const std::string& url, const Version& wanted, const Answer& answer,
                   std::optional<std::uint64_t> size) {
  if (!wanted.is_known()) return;
  const Version found = Version::of(answer, size);
  if (!found.is_known()) {
    throw Failure(Failure::Kind::failed,
                  shown(url) + ": the answer does not say which content it is of");
  }
  if (found.etag != wanted.etag || found.last_modified != wanted.last_modified) {
    changed(url, "it was " + wanted.text() + ", and is " + found.text());
  }
  if (wanted.size && size && *wanted.size != *size) {
    changed(url,
            "it had " + std::to_string(*wanted.size) + " bytes, and has " + std::to_string(*size));
  }
}

}  // namespace

sharkreg::FetcherDescription HttpFetcher::describe() const {
  return {{"http", "https"}};
}

Request HttpFetcher::request_for(const std::string& url) {
  Request request;
  request.url = url;
  return request;
}

void HttpFetcher::sign(Request&) {}

void HttpFetcher::learn(const Answer&, ArtifactInformation&) {}

bool HttpFetcher::is_absent(const Answer& answer) const {
  return answer.status == 404 || answer.status == 410;
}

std::string HttpFetcher::hint_for(const std::string& url, const Answer& answer) const {
  if (answer.status == 407) return "give the proxy's user and password in https_proxy";
  if (answer.status != 401 && answer.status != 403) return {};
  const auto parts = split_url(url);
  return "if it needs a token or password: " + token_variable(parts ? parts->host() : "HOST") +
         " or ~/.netrc";
}

void HttpFetcher::refuse(const std::string& url, const Answer& answer) const {
  http_fetcher::refuse(url, answer, hint_for(url, answer));
}

Request HttpFetcher::request_of(const std::string& url, const ArtifactPart& part, bool head_only,
                                const Version& wanted) {
  Request request = request_for(url);
  request.head_only = head_only;
  request.range = range_of(part);
  request.headers.emplace_back(no_encoding);
  if (!wanted.etag.empty()) request.headers.push_back("If-Match: " + wanted.etag);
  if (!wanted.last_modified.empty()) {
    request.headers.push_back("If-Unmodified-Since: " + wanted.last_modified);
  }
  sign(request);
  return request;
}

Answer HttpFetcher::ask(const std::string& url, const ArtifactPart& part, bool head_only,
                        const Version& wanted, const HttpClient::OnHead& on_head,
                        const HttpClient::OnBytes& on_bytes) {
  return client_.perform(request_of(url, part, head_only, wanted), on_head, on_bytes);
}

std::optional<ArtifactInformation> HttpFetcher::stat(const std::string& url) {
  const auto no_body = [](const Answer&) { return false; };
  const auto no_bytes = [](const void*, std::size_t) { return true; };
  Answer answer = ask(url, {}, true, {}, no_body, no_bytes);
  std::optional<std::uint64_t> size = answer.content_length();
  bool ranges = answer.header("accept-ranges") == "bytes";
  if (answer.status >= 400 && !is_absent(answer) && answer.status != 429 && answer.status < 502) {
    // Some servers allow GET alone, for instance by a signature: then of one byte.
    answer = ask(url, {0, 1, {}}, false, {}, no_body, no_bytes);
    const auto range = parse_content_range(answer.header("content-range"));
    ranges = answer.status == 206 && range;
    size = ranges ? range->total : answer.content_length();
  }
  if (is_absent(answer)) return std::nullopt;
  if (answer.status != 200 && answer.status != 206) refuse(url, answer);
  refuse_encoding(url, answer);
  return information_of(answer, size, ranges);
}

ArtifactInformation HttpFetcher::information_of(const Answer& answer,
                                                std::optional<std::uint64_t> size, bool ranges) {
  ArtifactInformation information;
  if (size) information.size = static_cast<std::int64_t>(*size);
  information.validator = Version::of(answer, size).text();
  information.ranges = ranges;
  information.digests = digests_of(answer);
  learn(answer, information);
  return information;
}

bool HttpFetcher::get(const std::string& url, std::uint64_t length, const Begin& begin,
                      const Receive& receive) {
  const ArtifactPart beginning{0, length, {}};
  std::uint64_t left = 0;  // of what was announced
  bool wanted = false;
  const auto take_head = [&](const Answer& head) {
    const bool ranges = head.status == 206;
    left = ranges ? check_head(url, beginning, {}, head) : ArtifactPart::to_end;
    refuse_encoding(url, head);
    const auto size =
        ranges ? parse_content_range(head.header("content-range"))->total : head.content_length();
    if (!ranges && size) left = *size;
    wanted = begin(information_of(head, size, ranges));
    return wanted;
  };
  const Answer answer =
      ask(url, beginning, false, {}, take_head, [&](const void* bytes, std::size_t size) {
        if (size > left) {
          throw Failure(Failure::Kind::failed,
                        shown(url) + ": the server gives more bytes than it announced");
        }
        if (left != ArtifactPart::to_end) left -= size;
        return receive(bytes, size);
      });
  if (is_absent(answer)) return false;
  // Nothing has no beginning, which HTTP has no other answer for.
  if (answer.status == 416) throw Failure(Failure::Kind::unsupported, shown(url) + " is empty");
  if (answer.status != 200 && answer.status != 206) refuse(url, answer);
  if (!wanted) throw Failure(Failure::Kind::cancelled, shown(url) + ": reading was stopped");
  if (left > 0 && left != ArtifactPart::to_end) {
    throw Failure(Failure::Kind::failed, shown(url) + ": the server's answer ended " +
                                             std::to_string(left) + " bytes too early");
  }
  return true;
}

// The size, where a part may begin at the end: servers have many answers to that (416 with or
// without the size, 206 of nothing).
std::optional<std::uint64_t> HttpFetcher::size_before(const std::string& url,
                                                      const ArtifactPart& part) {
  if (part.offset == 0 || part.length != ArtifactPart::to_end) return std::nullopt;
  const auto information = stat(url);
  if (!information || !information->size) return std::nullopt;
  return static_cast<std::uint64_t>(*information->size);
}

void HttpFetcher::read(const std::string& url, const ArtifactPart& part, const Receive& receive) {
  if (part.length == 0) return;
  const Version wanted = Version::from_text(part.validator);
  if (!part.validator.empty() && !wanted.is_known())
    changed(url, "no server says " + part.validator);
  const auto size = wanted.is_known() ? wanted.size : size_before(url, part);
  if (is_empty(url, part, size)) return;
  const auto check = [&](const Answer& answer, std::optional<std::uint64_t> its_size) {
    check_version(url, wanted, answer, its_size);
  };
  const auto refusal =
      read_part(client_, request_of(url, part, false, wanted), url, part, check, receive);
  if (!refusal) return;
  if (refusal->status == 412) changed(url, "the server says " + refusal->said());
  if (is_absent(*refusal)) {
    throw Failure(Failure::Kind::changed, shown(url) + " is no longer there");
  }
  refuse(url, *refusal);
}

}  // namespace http_fetcher
