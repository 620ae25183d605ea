// SPDX-License-Identifier: Apache-2.0
#include "store/http_exchange.h"

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "store/curl_library.h"

namespace sharkreg::core {
namespace {

constexpr std::uint64_t most_head_bytes = 64 * 1024;
constexpr std::uint64_t most_ignored_bytes = 64 * 1024;  // of the body of an answer that is none
constexpr long buffer_size = 256 * 1024;

// One request on its way through libcurl's callbacks.
struct Transfer {
  const CurlLibrary& curl;
  CURL* handle;
  const HttpRequest& request;
  const std::stop_token& stop;
  std::uint64_t head_bytes = 0;
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  std::string trouble = {};  // why it was ended here
  bool is_too_long = false;
  bool was_ignored = false;  // the rest of a body that nobody wants
  bool was_taken = true;     // by request.take
  char said[CURL_ERROR_SIZE] = {};

  template <class Value>
  void set(CURLoption option, Value value) const {
    curl.set(handle, option, value);
  }

  long status() const {
    long status = 0;
    curl.get(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  std::optional<std::uint64_t> length() const {
    curl_off_t length = -1;
    curl.get(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length < 0) return std::nullopt;
    return static_cast<std::uint64_t>(length);
  }

  bool take_head(std::size_t size) {
    head_bytes += size;
    if (head_bytes > most_head_bytes) trouble = "the server's answer has a head without end";
    return trouble.empty();
  }

  bool take_body(std::string_view bytes) {
    received += bytes.size();
    if (status() != 200 || !request.take) {
      was_ignored = received > most_ignored_bytes;
      return !was_ignored;
    }
    if (received > request.most || length().value_or(0) > request.most) {
      is_too_long = true;
      trouble = fmt::format("the server gives more than {} bytes", request.most);
      return false;
    }
    was_taken = request.take(bytes);
    return was_taken;
  }

  std::size_t give_body(char* to, std::size_t most) {
    if (sent == request.size) return 0;
    most = static_cast<std::size_t>(std::min<std::uint64_t>(most, request.size - sent));
    const std::size_t given = request.give(to, most, sent);
    if (given == 0) return CURL_READFUNC_ABORT;
    sent += given;
    return given;
  }

  // libcurl is C: nothing may be thrown through it.
  template <class Function>
  bool guarded(Function&& function) noexcept {
    try {
      return function();
    } catch (const std::exception& exception) {
      trouble = exception.what();
      return false;
    }
  }

  static std::size_t head_callback(char*, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    return transfer.guarded([&] { return transfer.take_head(size * count); }) ? size * count : 0;
  }
  static std::size_t body_callback(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const auto take = [&] { return transfer.take_body({bytes, size * count}); };
    return transfer.guarded(take) ? size * count : 0;
  }
  static std::size_t give_callback(char* to, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    std::size_t given = CURL_READFUNC_ABORT;
    transfer.guarded([&] {
      given = transfer.give_body(to, size * count);
      return true;
    });
    return given;
  }
  static int seek_callback(void* self, curl_off_t offset, int origin) {
    if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_FAIL;
    static_cast<Transfer*>(self)->sent = static_cast<std::uint64_t>(offset);
    return CURL_SEEKFUNC_OK;
  }
  static int progress_callback(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Transfer*>(self)->stop.stop_requested() ? 1 : 0;
  }
};

// A part of a URL, decoded; "" if it has none.
std::string part_of(const CurlLibrary& curl, CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl.url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string result(text);
  curl.free(text);
  return result;
}

// It is not shown: where it is no URL nobody knows which part of it is a password.
Error no_place(const char* why) {
  return {ErrorKind::usage, fmt::format("the URL of the remote cache {}", why),
          "such as https://cache.example.com/sharkreg"};
}

}  // namespace

Result<HttpPlace> parse_place(const std::string& url) {
  const auto curl = CurlLibrary::load();
  if (!curl) return curl.error();
  const auto free = [&](CURLU* parsed) { (*curl)->url_cleanup(parsed); };
  const std::unique_ptr<CURLU, decltype(free)> parsed((*curl)->url(), free);
  if (url.find_first_of("?#") != std::string::npos) {
    return no_place("has a query or a fragment, which mean nothing to it");
  }
  if ((*curl)->url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    return no_place("is none");
  }
  const std::string scheme = part_of(**curl, parsed.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return no_place("is not one of http or https");
  HttpPlace place;
  place.user = part_of(**curl, parsed.get(), CURLUPART_USER, CURLU_URLDECODE);
  place.password = part_of(**curl, parsed.get(), CURLUPART_PASSWORD, CURLU_URLDECODE);
  (*curl)->url_set(parsed.get(), CURLUPART_USER, nullptr, 0);
  (*curl)->url_set(parsed.get(), CURLUPART_PASSWORD, nullptr, 0);
  place.url = part_of(**curl, parsed.get(), CURLUPART_URL);
  if (place.url.empty()) return no_place("is none");
  while (place.url.ends_with('/')) place.url.pop_back();
  return place;
}

struct HttpExchange::State {
  const CurlLibrary& curl;
  const HttpPlace place;
  const RemoteCacheSettings settings;
  std::mutex mutex;  // guards idle
  std::vector<CURL*> idle = {};

  ~State() {
    for (CURL* const handle : idle) curl.cleanup(handle);
  }

  CURL* take_handle() {
    const std::scoped_lock lock(mutex);
    if (idle.empty()) return curl.init();
    CURL* const handle = idle.back();
    idle.pop_back();
    return handle;
  }

  void give_back(CURL* handle) {
    const std::scoped_lock lock(mutex);
    idle.push_back(handle);
  }

  void set_up(Transfer& transfer, const std::string& url) const {
    const bool secure = place.url.starts_with("https:");
    const RemoteCacheLimits& limits = settings.limits;
    curl.reset(transfer.handle);  // which keeps the connection
    transfer.set(CURLOPT_URL, url.c_str());
    transfer.set(CURLOPT_PROTOCOLS_STR, "http,https");
    transfer.set(CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
    transfer.set(CURLOPT_MAXREDIRS, 5L);
    transfer.set(CURLOPT_NOSIGNAL, 1L);
    transfer.set(CURLOPT_ERRORBUFFER, transfer.said);
    transfer.set(CURLOPT_USERAGENT, "sharkreg");
    transfer.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
    transfer.set(CURLOPT_TIMEOUT_MS, static_cast<long>(transfer.request.limit.count()));
    transfer.set(CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(limits.slowest));
    transfer.set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.stall.count()));
    transfer.set(CURLOPT_BUFFERSIZE, buffer_size);
    transfer.set(CURLOPT_UPLOAD_BUFFERSIZE, buffer_size);
    transfer.set(CURLOPT_HEADERFUNCTION, &Transfer::head_callback);
    transfer.set(CURLOPT_HEADERDATA, static_cast<void*>(&transfer));
    transfer.set(CURLOPT_WRITEFUNCTION, &Transfer::body_callback);
    transfer.set(CURLOPT_WRITEDATA, static_cast<void*>(&transfer));
    transfer.set(CURLOPT_NOPROGRESS, 0L);
    transfer.set(CURLOPT_XFERINFOFUNCTION, &Transfer::progress_callback);
    transfer.set(CURLOPT_XFERINFODATA, static_cast<void*>(&transfer));
    if (!settings.authorities.empty()) {
      transfer.set(CURLOPT_CAINFO, settings.authorities.c_str());
    }
    set_method(transfer);
    set_credentials(transfer);
  }

  void set_method(Transfer& transfer) const {
    const HttpRequest& request = transfer.request;
    if (request.method == HttpRequest::Method::put) {
      transfer.set(CURLOPT_UPLOAD, 1L);
      transfer.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.size));
      transfer.set(CURLOPT_READFUNCTION, &Transfer::give_callback);
      transfer.set(CURLOPT_READDATA, static_cast<void*>(&transfer));
      transfer.set(CURLOPT_SEEKFUNCTION, &Transfer::seek_callback);
      transfer.set(CURLOPT_SEEKDATA, static_cast<void*>(&transfer));
      return;
    }
    transfer.set(CURLOPT_FOLLOWLOCATION, 1L);
    if (request.method == HttpRequest::Method::head) transfer.set(CURLOPT_NOBODY, 1L);
  }

  void set_credentials(Transfer& transfer) const {
    if (!place.user.empty()) {
      transfer.set(CURLOPT_USERNAME, place.user.c_str());
      transfer.set(CURLOPT_PASSWORD, place.password.c_str());
    } else if (!settings.token.empty()) {
      transfer.set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
      transfer.set(CURLOPT_XOAUTH2_BEARER, settings.token.c_str());
    } else {
      transfer.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
      if (!settings.netrc.empty()) transfer.set(CURLOPT_NETRC_FILE, settings.netrc.c_str());
    }
  }

  HttpAnswer answer_of(const Transfer& transfer, CURLcode code) const {
    HttpAnswer answer;
    const long status = transfer.status();
    // Whatever ended an answer that is a refusal: its body is of no interest.
    const bool is_refusal = status >= 400 && transfer.trouble.empty();
    if (code == CURLE_OK || is_refusal || transfer.was_ignored || !transfer.was_taken) {
      answer.status = status;
      answer.length = transfer.length();
      return answer;
    }
    answer.was_stopped = code == CURLE_ABORTED_BY_CALLBACK && transfer.stop.stop_requested();
    answer.is_too_long = transfer.is_too_long;
    curl_off_t until_request = 0;  // time; none if it never came to that
    curl.get(transfer.handle, CURLINFO_PRETRANSFER_TIME_T, &until_request);
    answer.is_unreachable = until_request == 0;
    answer.trouble = !transfer.trouble.empty()  ? transfer.trouble
                     : transfer.said[0] != '\0' ? transfer.said
                                                : curl.text_of(code);
    return answer;
  }
};

HttpExchange::HttpExchange(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpExchange::~HttpExchange() = default;

Result<std::unique_ptr<HttpExchange>> HttpExchange::open(HttpPlace place,
                                                         const RemoteCacheSettings& settings) {
  const auto curl = CurlLibrary::load();
  if (!curl) return curl.error();
  std::unique_ptr<State> state(new State{**curl, std::move(place), settings, {}});
  return std::unique_ptr<HttpExchange>(new HttpExchange(std::move(state)));
}

HttpAnswer HttpExchange::perform(const HttpRequest& request) {
  CURL* const handle = state_->take_handle();
  if (handle == nullptr) {
    HttpAnswer answer;
    answer.trouble = "libcurl cannot be used";
    return answer;
  }
  Transfer transfer{state_->curl, handle, request, state_->settings.stop};
  const std::string url = state_->place.url + "/" + request.path;
  state_->set_up(transfer, url);
  const CURLcode code = state_->curl.perform(handle);
  HttpAnswer answer = state_->answer_of(transfer, code);
  state_->give_back(handle);
  return answer;
}

}  // namespace sharkreg::core
