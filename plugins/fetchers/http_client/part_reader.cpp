// SPDX-License-Identifier: Apache-2.0
#include "part_reader.h"

#include <algorithm>

#include <sharkreg/failure.h>

namespace http_fetcher {

using sharkreg::ArtifactPart;
using sharkreg::Failure;

bool is_absent(const Answer& answer) {
  return answer.status == 404 || answer.status == 410;
}

void refuse_encoding(const std::string& url, const Answer& answer) {
  if (!answer.is_encoded()) return;
  throw Failure(Failure::Kind::failed,
                shown(url) + ": the body is encoded by " + answer.header("content-encoding") +
                    ", though it was asked for as it is",
                "ask those who run the server to send it as it is");
}

void changed(const std::string& url, const std::string& how) {
  throw Failure(Failure::Kind::changed, shown(url) + " was changed since it was looked at: " + how);
}

void refuse(const std::string& url, const Answer& answer, const std::string& hint) {
  const bool passes = answer.status == 408 || answer.status == 425 || answer.status == 429 ||
                      answer.status >= 500 || answer.status < 300;
  Failure failure(passes ? Failure::Kind::failed : Failure::Kind::invalid,
                  shown(url) + ": the server says " + answer.said(), hint);
  if (answer.status == 429 || answer.status == 503) failure.set_retry_after(answer.retry_after());
  throw failure;
}

std::string range_of(const ArtifactPart& part) {
  if (part.offset == 0 && part.length == ArtifactPart::to_end) return {};
  std::string range = std::to_string(part.offset) + "-";
  if (part.length != ArtifactPart::to_end) range += std::to_string(part.offset + part.length - 1);
  return range;
}

bool is_empty(const std::string& url, const ArtifactPart& part, std::optional<std::uint64_t> size) {
  if (part.length == 0) return true;
  if (!size || part.offset < *size) return false;
  if (part.offset == *size && part.length == ArtifactPart::to_end) return true;
  throw Failure(Failure::Kind::invalid, shown(url) + " has " + std::to_string(*size) +
                                            " bytes, so none can be read from " +
                                            std::to_string(part.offset) + " on");
}

std::uint64_t check_head(const std::string& url, const ArtifactPart& part,
                         const CheckContent& check, const Answer& answer) {
  refuse_encoding(url, answer);
  if (answer.status == 200) {
    if (check) check(answer, answer.content_length());
    if (part.offset == 0) return part.length;
    throw Failure(Failure::Kind::unsupported,
                  shown(url) + ": the server gives all where a part was asked for");
  }
  const auto range = parse_content_range(answer.header("content-range"));
  if (answer.status != 206 || !range) {
    throw Failure(Failure::Kind::failed,
                  shown(url) + ": the server says " + answer.said() + " with Content-Range \"" +
                      answer.header("content-range") + "\", where the bytes from " +
                      std::to_string(part.offset) + " on were asked for");
  }
  if (check) check(answer, range->total);
  const std::uint64_t end =
      part.length == ArtifactPart::to_end
          ? ArtifactPart::to_end
          : part.offset + std::min(part.length, ArtifactPart::to_end - part.offset);
  const std::uint64_t last = std::min(end, range->total.value_or(end)) - 1;
  const bool ends_right = end == ArtifactPart::to_end && !range->total ? true : range->last == last;
  if (range->first != part.offset || !ends_right) {
    throw Failure(Failure::Kind::failed,
                  shown(url) + ": the server gives the bytes " + std::to_string(range->first) +
                      " to " + std::to_string(range->last) + ", other ones than were asked for");
  }
  return range->last - range->first + 1;
}

std::optional<Answer> read_part(HttpClient& client, const Request& request, const std::string& url,
                                const ArtifactPart& part, const CheckContent& check,
                                const sharkreg::ArtifactFetcher::Receive& receive) {
  std::uint64_t left = part.length;
  bool complete = false;  // of a body that has more than was asked for
  const auto pass = [&](const void* bytes, std::size_t size) {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(size, left));
    if (!receive(bytes, most)) return false;
    left -= most;
    complete = size > 0 && left == 0;
    return !complete;
  };
  const auto take_head = [&](const Answer& head) {
    left = check_head(url, part, check, head);
    return true;
  };
  Answer answer;
  try {
    answer = client.perform(request, take_head, pass);
  } catch (const Failure& failure) {
    if (complete && failure.kind() == Failure::Kind::cancelled) return std::nullopt;
    throw;
  }
  // From its end on there is nothing, which HTTP has no other answer for.
  if (answer.status == 416 && part.length == ArtifactPart::to_end &&
      answer.header("content-range") == "bytes */" + std::to_string(part.offset)) {
    return std::nullopt;
  }
  if (answer.status != 200 && answer.status != 206) return answer;
  if (left > 0 && (answer.status == 206 || part.length != ArtifactPart::to_end)) {
    throw Failure(Failure::Kind::failed, shown(url) + ": the server's answer ended " +
                                             std::to_string(left) + " bytes too early");
  }
  return std::nullopt;
}

}  // namespace http_fetcher
