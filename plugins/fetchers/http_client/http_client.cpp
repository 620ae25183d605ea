// SPDX-License-Identifier: Apache-2.0
#include "http_client.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <mutex>

#include <curl/curl.h>

#include "url_text.h"

namespace http_fetcher {
namespace {

using sharkreg::Failure;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_head_bytes = 256 * 1024;
constexpr std::size_t most_error_text = 2000;
constexpr long buffer_size = 256 * 1024;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

std::string token_variable(const std::string& host) {
  std::string name = "SHARKREG_HTTP_TOKEN_";
  for (const char c : host) {
    const bool letter = c >= 'a' && c <= 'z';
    const bool digit = c >= '0' && c <= '9';
    name += letter ? static_cast<char>(c - 'a' + 'A') : digit ? c : '_';
  }
  return name;
}

struct HttpClient::State {
  explicit State(const sharkreg::Host& its_host) : host(its_host) {}

  const sharkreg::Host& host;
  CURL* curl = nullptr;
  char said[CURL_ERROR_SIZE] = {};

  // Of the request that is being performed.
  Answer answer;
  std::size_t head_bytes = 0;
  bool head_is_over = false;  // and on_head was asked
  bool wants_body = false;
  bool enough = false;   // on_head wants no body
  bool stopped = false;  // on_bytes said stop
  std::exception_ptr thrown;
  Clock::time_point last_bytes;
  const OnHead* on_head = nullptr;
  const OnBytes* on_bytes = nullptr;
  bool head_only = false;

  // curl is C: nothing may be thrown through it. False: the transfer shall end.
  template <class Function>
  bool guarded(Function&& function) noexcept {
    try {
      return function();
    } catch (...) {
      thrown = std::current_exception();
      return false;
    }
  }

  bool take_head_line(std::string_view line) {
    head_bytes += line.size();
    if (head_bytes > most_head_bytes) {
      throw Failure(Failure::Kind::failed, "the answer's head has more than 256 KiB");
    }
    if (line.substr(0, 5) == "HTTP/") {  // of the first answer, or of one after a redirect
      answer = {};
      const std::size_t space = line.find(' ');
      if (space != std::string_view::npos && space + 4 <= line.size()) {
        answer.reason = without_spaces_around(line.substr(std::min(space + 5, line.size())));
      }
      return true;
    }
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
      answer.headers[in_lower_case(line.substr(0, colon))] =
          without_spaces_around(line.substr(colon + 1));
    }
    return true;
  }

  void end_head() {
    if (head_is_over) return;
    head_is_over = true;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    if (answer.status < 300) wants_body = (*on_head)(answer) && !head_only;
  }

  bool take_body(const char* bytes, std::size_t size) {
    end_head();
    if (answer.status >= 300) {
      // Of a text that explains: enough for one line. Pages are for browsers.
      const std::string type = answer.header("content-type");
      if (type.find("text/plain") == std::string::npos && type.find("json") == std::string::npos &&
          type.find("xml") == std::string::npos) {
        return false;
      }
      for (std::size_t at = 0; at < size && answer.error_text.size() < most_error_text; ++at) {
        const char c = bytes[at];
        const bool printable = c >= ' ' && c <= '~';
        if (printable || (!answer.error_text.empty() && answer.error_text.back() != ' ')) {
          answer.error_text += printable ? c : ' ';
        }
      }
      enough = answer.error_text.size() >= most_error_text;
      return !enough;
    }
    if (!wants_body) {
      enough = true;
      return false;
    }
    last_bytes = Clock::now();
    stopped = !(*on_bytes)(bytes, size);
    return !stopped;
  }

  bool beat() {
    const auto now = Clock::now();
    if (now - last_bytes < std::chrono::seconds(1)) return true;
    last_bytes = now;
    stopped = !(*on_bytes)(nullptr, 0);
    return !stopped;
  }

  static std::size_t head_callback(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& state = *static_cast<State*>(self);
    const bool fine = state.guarded([&] { return state.take_head_line({bytes, size * count}); });
    return fine ? size * count : 0;
  }

  static std::size_t body_callback(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& state = *static_cast<State*>(self);
    const bool fine = state.guarded([&] { return state.take_body(bytes, size * count); });
    return fine ? size * count : 0;
  }

  static int progress_callback(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    auto& state = *static_cast<State*>(self);
    return state.guarded([&] { return state.beat(); }) ? 0 : 1;
  }

  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(curl, option, value);
  }

  std::string variable(const char* name) const { return host.environment(name).value_or(""); }

  void set_up(const Request& request) {
    curl_easy_reset(curl);  // which keeps the connection
    const bool secure = split_url(request.url)->scheme == "https";
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
    set(CURLOPT_FOLLOWLOCATION, request.follow_redirects ? 1L : 0L);
    set(CURLOPT_MAXREDIRS, 10L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_ERRORBUFFER, said);
    set(CURLOPT_USERAGENT, "sharkreg/" PLUGIN_VERSION);
    set(CURLOPT_CONNECTTIMEOUT, 30L);
    const int stall = std::atoi(variable("SHARKREG_HTTP_STALL_SECONDS").c_str());
    set(CURLOPT_LOW_SPEED_LIMIT, 1024L);
    set(CURLOPT_LOW_SPEED_TIME, stall > 0 ? static_cast<long>(stall) : 30L);
    set(CURLOPT_BUFFERSIZE, buffer_size);
    set(CURLOPT_HEADERFUNCTION, &head_callback);
    set(CURLOPT_HEADERDATA, static_cast<void*>(this));
    set(CURLOPT_WRITEFUNCTION, &body_callback);
    set(CURLOPT_WRITEDATA, static_cast<void*>(this));
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &progress_callback);
    set(CURLOPT_XFERINFODATA, static_cast<void*>(this));
    if (request.head_only) set(CURLOPT_NOBODY, 1L);
    if (!request.range.empty()) set(CURLOPT_RANGE, request.range.c_str());
    for (const char* name : {"SHARKREG_CACERT", "CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
      const std::string file = variable(name);
      if (file.empty()) continue;
      set(CURLOPT_CAINFO, file.c_str());
      break;
    }
    if (request.path_as_is) set(CURLOPT_PATH_AS_IS, 1L);
    if (!request.is_signed) set_credentials(request);
  }

  void set_credentials(const Request& request) {
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
    if (const std::string file = variable("NETRC"); !file.empty()) {
      set(CURLOPT_NETRC_FILE, file.c_str());
    }
    const std::string name = split_url(request.url)->host();
    const std::string token = request.bearer_token.empty() ? variable(token_variable(name).c_str())
                                                           : request.bearer_token;
    if (!token.empty() && is_confidential(request.url)) {
      set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));  // not sent to other hosts
      set(CURLOPT_XOAUTH2_BEARER, token.c_str());
    }
  }

  bool is_redirected() const {
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status >= 300 && status < 400;
  }

  // What is wrong with the certificate is its name. libcurl has no other way to tell: it looks at the
  // name before it takes over what OpenSSL says of the authority.
  bool is_for_another_host() const {
    return std::string_view(said).find("subject name") != std::string_view::npos;
  }

  [[noreturn]] void fail(const std::string& url, CURLcode code) const {
    const std::string what =
        shown(url) + ": " + (said[0] != '\0' ? said : curl_easy_strerror(code));
    switch (code) {
      case CURLE_PEER_FAILED_VERIFICATION:
        throw Failure(Failure::Kind::invalid, what,
                      is_for_another_host()
                          ? "name the server as its certificate does"
                          : "if the server has a certificate authority of its own, name its file "
                            "by SHARKREG_CACERT or --cacert");
      case CURLE_SSL_CACERT_BADFILE:
        throw Failure(Failure::Kind::invalid, what,
                      "SHARKREG_CACERT, --cacert, CURL_CA_BUNDLE or SSL_CERT_FILE names it");
      case CURLE_UNSUPPORTED_PROTOCOL:
        // Also what libcurl says of bytes that are no answer, such as those that an answer had too
        // many before: the next try has a connection of its own.
        if (!is_redirected()) throw Failure(Failure::Kind::failed, what);
        throw Failure(Failure::Kind::invalid,
                      what +
                          "; it redirects to where sharkreg does not follow (other schemes than "
                          "http and https, or from https to http)",
                      "name the URL that it should lead to");
      case CURLE_TOO_MANY_REDIRECTS:
        throw Failure(Failure::Kind::invalid, what, "look at where its redirects lead: curl -IL");
      case CURLE_URL_MALFORMAT:
        throw Failure(Failure::Kind::invalid, what, "correct the URL");
      case CURLE_COULDNT_RESOLVE_HOST:
        throw Failure(Failure::Kind::failed, what,
                      "look whether the host's name is right and this machine has a name server; "
                      "a proxy is named by https_proxy");
      case CURLE_COULDNT_RESOLVE_PROXY:
      case CURLE_COULDNT_CONNECT:
        throw Failure(Failure::Kind::failed, what,
                      "look whether this machine reaches the server; a proxy is named by "
                      "https_proxy, and --offline does without it");
      default:
        throw Failure(Failure::Kind::failed, what);
    }
  }
};

HttpClient::HttpClient(const sharkreg::Host& host) : state_(std::make_unique<State>(host)) {
  static std::once_flag initialised;
  std::call_once(initialised, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  state_->curl = curl_easy_init();
  if (state_->curl == nullptr) throw Failure(Failure::Kind::failed, "libcurl cannot be used");
}

HttpClient::~HttpClient() {
  curl_easy_cleanup(state_->curl);
}

Answer HttpClient::perform(const Request& request, const OnHead& on_head, const OnBytes& on_bytes) {
  State& state = *state_;
  const auto parts = split_url(request.url);
  if (!parts || (parts->scheme != "http" && parts->scheme != "https")) {
    throw Failure(Failure::Kind::invalid, "\"" + shown(request.url) + "\" is no http URL");
  }
  if (parts->authority.find('@') != std::string::npos) {
    throw Failure(Failure::Kind::invalid, "a URL with a user name or password in it is not used",
                  "put them into ~/.netrc");
  }
  state.answer = {};
  state.head_bytes = 0;
  state.head_is_over = state.wants_body = state.enough = state.stopped = false;
  state.thrown = nullptr;
  state.last_bytes = Clock::now();
  state.on_head = &on_head;
  state.on_bytes = &on_bytes;
  state.head_only = request.head_only;
  state.said[0] = '\0';
  state.set_up(request);
  curl_slist* list = nullptr;
  for (const std::string& header : request.headers) list = curl_slist_append(list, header.c_str());
  const std::unique_ptr<curl_slist, FreeList> owner(list);
  state.set(CURLOPT_HTTPHEADER, list);

  const CURLcode code = curl_easy_perform(state.curl);
  if (state.thrown) std::rethrow_exception(state.thrown);
  const char* redirect = nullptr;
  curl_easy_getinfo(state.curl, CURLINFO_REDIRECT_URL, &redirect);
  if (redirect != nullptr) state.answer.redirect = redirect;
  if (state.stopped) {
    throw Failure(Failure::Kind::cancelled, shown(request.url) + ": reading was stopped");
  }
  if (code == CURLE_OK) {
    state.end_head();  // of an answer without a body
  } else if (!state.enough && !(state.head_is_over && state.answer.status >= 300)) {
    state.fail(request.url, code);
  }
  return state.answer;
}

}  // namespace http_fetcher
