// SPDX-License-Identifier: Apache-2.0
#include "hf_fetcher.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <sharkreg/failure.h>

#include "part_reader.h"

namespace hf_fetcher {
namespace {

using http_fetcher::Answer;
using http_fetcher::changed;
using http_fetcher::Request;
using http_fetcher::shown;
using sharkreg::ArtifactPart;
using sharkreg::Failure;

constexpr int most_redirects = 10;
constexpr std::size_t most_message_bytes = 200;
constexpr std::chrono::seconds longest_memory{60};

std::optional<std::uint64_t> number(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || trouble != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

// The hub's tags name contents; a server in between may have made them weak.
std::string strong(const std::string& etag) {
  return etag.rfind("W/", 0) == 0 ? etag.substr(2) : etag;
}

// Of the content that a tag names; "" if it names it otherwise.
std::string sha256_in(const std::string& etag) {
  const bool has_quotes = etag.size() > 2 && etag.front() == '"' && etag.back() == '"';
  const std::string digest = has_quotes ? etag.substr(1, etag.size() - 2) : etag;
  const bool fits =
      digest.size() == 64 && digest.find_first_not_of("0123456789abcdef") == std::string::npos;
  return fits ? digest : "";
}

// What the hub says of a failure, in place of a body, which HEAD has not.
Answer with_message(Answer answer) {
  if (!answer.error_text.empty()) return answer;
  for (const char c : answer.header("x-error-message").substr(0, most_message_bytes)) {
    answer.error_text += c >= ' ' && c <= '~' ? c : ' ';
  }
  return answer;
}

[[noreturn]] void refuse_gated(const Hub& hub, const HubFile& file, const std::string& url) {
  const std::string page = hub.endpoint + "/" + file.repository;
  throw Failure(Failure::Kind::invalid, shown(url) + ": the repository is gated",
                hub.token.empty() ? "accept its conditions at " + page +
                                        ", and name a token of that account by HF_TOKEN"
                                  : "accept its conditions at " + page +
                                        " as the user whose token is in " + hub.token_place);
}

[[noreturn]] void refuse_hidden(const Hub& hub, const HubFile& file, const std::string& url) {
  const std::string what =
      shown(url) + ": the hub has no repository " + file.repository + ", or a private one";
  if (hub.token.empty()) {
    throw Failure(Failure::Kind::invalid, what,
                  "correct the name; if it is private, name a token that may read it by HF_TOKEN");
  }
  throw Failure(
      Failure::Kind::invalid, what,
      "correct the name, or give the token in " + hub.token_place + " the right to read it");
}

std::string hint_for(const Hub& hub, const Answer& answer) {
  const std::string tokens = hub.endpoint + "/settings/tokens";
  if ((answer.status == 401 || answer.status == 403) && hub.token.empty()) {
    return "name a token by HF_TOKEN; they are made at " + tokens;
  }
  if (answer.status == 401) {
    return "the hub does not take the token in " + hub.token_place + ": make another at " + tokens;
  }
  if (answer.status == 403) {
    return "give the token in " + hub.token_place + " the right to read it, at " + tokens;
  }
  return {};
}

}  // namespace

sharkreg::FetcherDescription HfFetcher::describe() const {
  return {{"hf"}, {"huggingface.co"}};
}

bool HfFetcher::Resolved::is_linked() const {
  if (answer.status >= 400) return false;
  return !answer.header("x-linked-etag").empty() || !answer.header("x-linked-size").empty();
}

std::string HfFetcher::Resolved::etag() const {
  const std::string linked = answer.header("x-linked-etag");
  return strong(linked.empty() ? answer.header("etag") : linked);
}

std::optional<std::uint64_t> HfFetcher::Resolved::size() const {
  if (const auto linked = number(answer.header("x-linked-size"))) return linked;
  return answer.status == 200 ? answer.content_length() : std::nullopt;
}

std::string HfFetcher::Resolved::validator() const {
  const auto known = size();
  return etag().empty() ? "" : (known ? std::to_string(*known) : "?") + " " + etag();
}

Request HfFetcher::request_to(const Hub& hub, const std::string& target) {
  Request request;
  request.url = target;
  request.headers.emplace_back("Accept-Encoding: identity");
  if (hub.has(target)) {
    request.bearer_token = hub.token;
    request.follow_redirects = false;
  }
  return request;
}

HfFetcher::Resolved HfFetcher::resolve(const Hub& hub, const HubFile& file, const std::string& url,
                                       const http_fetcher::HttpClient::OnBytes& beat) {
  Resolved resolved{{}, hub.endpoint + file.path};
  for (int redirects = 0; redirects <= most_redirects; ++redirects) {
    Request request = request_to(hub, resolved.target);
    request.head_only = true;
    request.follow_redirects = false;
    const bool is_secure = request.url.rfind("https:", 0) == 0;
    resolved.answer = client_.perform(
        request, [](const Answer&) { return false; }, beat);
    const std::string& redirect = resolved.answer.redirect;
    if (redirect.empty()) return resolved;
    if (redirect.rfind("https://", 0) != 0 && (is_secure || redirect.rfind("http://", 0) != 0)) {
      throw Failure(
          Failure::Kind::invalid,
          shown(url) + ": the hub leads to where sharkreg does not follow: " + shown(redirect));
    }
    resolved.target = redirect;
    // The last answer of the hub: where it leads, nothing is known of the file but its bytes.
    if (resolved.is_linked()) return resolved;
  }
  throw Failure(Failure::Kind::invalid, shown(url) + ": the hub redirects without end",
                "look at where its redirects lead: curl -IL");
}

bool HfFetcher::is_there(const Hub& hub, const HubFile& file, const std::string& url,
                         const Answer& answer, bool is_linked) {
  if (answer.status == 200 || answer.status == 206 || is_linked) return true;
  const std::string code = answer.header("x-error-code");
  if (code == "GatedRepo") refuse_gated(hub, file, url);
  const bool is_absent = http_fetcher::is_absent(answer);
  if (code == "RepoNotFound" && (!is_absent || hub.token.empty())) refuse_hidden(hub, file, url);
  if (is_absent) return false;
  http_fetcher::refuse(url, with_message(answer), hint_for(hub, answer));
}

std::optional<sharkreg::ArtifactInformation> HfFetcher::stat(const std::string& url) {
  const HubFile file = hub_file(url);
  const Hub hub = Hub::of(host_);
  const auto keep_on = [](const void*, std::size_t) { return true; };
  remembered_.reset();
  const Resolved resolved = resolve(hub, file, url, keep_on);
  if (!is_there(hub, file, url, resolved.answer, resolved.is_linked())) return std::nullopt;
  http_fetcher::refuse_encoding(url, resolved.answer);
  sharkreg::ArtifactInformation information;
  if (const auto size = resolved.size()) information.size = static_cast<std::int64_t>(*size);
  information.validator = resolved.validator();
  information.ranges = resolved.is_linked() || resolved.answer.header("accept-ranges") == "bytes";
  if (std::string digest = sha256_in(resolved.etag()); !digest.empty()) {
    information.digests["sha256"] = std::move(digest);
  }
  remembered_ = Remembered{url, resolved, std::chrono::steady_clock::now()};
  return information;
}

bool HfFetcher::remembers(const std::string& url, const std::string& validator) const {
  return remembered_ && !validator.empty() && remembered_->url == url &&
         remembered_->resolved.validator() == validator &&
         std::chrono::steady_clock::now() - remembered_->asked < longest_memory;
}

bool HfFetcher::get(const std::string& url, std::uint64_t length, const Begin& begin,
                    const Receive& receive) {
  const auto information = stat(url);
  if (!information) return false;
  if (!information->size || information->validator.empty()) {
    throw Failure(Failure::Kind::unsupported, shown(url) + ": the hub does not say what it is");
  }
  if (!begin(*information)) {
    throw Failure(Failure::Kind::cancelled, shown(url) + ": reading was stopped");
  }
  const auto size = static_cast<std::uint64_t>(*information->size);
  ArtifactPart part{0, information->ranges ? std::min(length, size) : ArtifactPart::to_end,
                    information->validator};
  if (part.length == size) part.length = ArtifactPart::to_end;
  read(url, part, receive);
  return true;
}

void HfFetcher::read(const std::string& url, const ArtifactPart& part, const Receive& receive) {
  if (part.length == 0) return;
  const HubFile file = hub_file(url);
  const Hub hub = Hub::of(host_);
  const auto beat = [&](const void*, std::size_t) { return receive(nullptr, 0); };
  for (bool again = true;;) {
    // Remembered again if it led to the bytes.
    const bool is_remembered = remembers(url, part.validator);
    auto known = std::exchange(remembered_, std::nullopt);
    if (!is_remembered) {
      known = Remembered{url, resolve(hub, file, url, beat), std::chrono::steady_clock::now()};
    }
    const Resolved& resolved = known->resolved;
    if (!is_there(hub, file, url, resolved.answer, resolved.is_linked())) {
      throw Failure(Failure::Kind::changed, shown(url) + " is no longer there");
    }
    if (!part.validator.empty() && part.validator != resolved.validator()) {
      changed(url, "it was " + part.validator + ", and is " + resolved.validator());
    }
    if (http_fetcher::is_empty(url, part, resolved.size())) {
      remembered_ = std::move(known);
      return;
    }
    const auto check = [&](const Answer& answer, std::optional<std::uint64_t> size) {
      if (size && resolved.size() && *size != *resolved.size()) {
        changed(url, "it had " + std::to_string(*resolved.size()) + " bytes, and has " +
                         std::to_string(*size));
      }
      // Where a large file is, tags are of another kind.
      const std::string etag = Resolved{answer, {}}.etag();
      if (!resolved.is_linked() && etag != resolved.etag()) {
        changed(url, "it was " + resolved.validator() + ", and is now " + etag);
      }
    };
    Request request = request_to(hub, resolved.target);
    request.range = http_fetcher::range_of(part);
    const auto refusal = http_fetcher::read_part(client_, request, url, part, check, receive);
    if (!refusal) {
      remembered_ = std::move(known);
      return;
    }
    if (is_remembered) continue;
    if (!resolved.is_linked()) {
      is_there(hub, file, url, *refusal, false);  // which throws all but that it is absent
      throw Failure(Failure::Kind::changed, shown(url) + " is no longer there");
    }
    const bool may_have_expired = refusal->status == 403;
    if (may_have_expired && std::exchange(again, false)) continue;
    http_fetcher::refuse(url, *refusal, "the hub leads to " + shown(resolved.target));
  }
}

}  // namespace hf_fetcher
