// SPDX-License-Identifier: Apache-2.0
#include "store/remote_cache.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "store/action_result.h"
#include "store/cache_requests.h"
#include "store/http_exchange.h"
#include "store/new_file.h"
#include "store/part_file.h"
#include "store/patience.h"

namespace sharkreg::core {
namespace {

using Use = Patience::Use;
using std::chrono::milliseconds;

class HttpRemoteCache final : public RemoteCache {
 public:
  HttpRemoteCache(CacheRequests requests, const RemoteCacheSettings& settings)
      : requests_(std::move(requests)),
        may_write_(settings.mode == RemoteCacheSettings::Mode::readwrite),
        largest_(settings.limits.largest),
        fair_(settings.limits.fair),
        patience_(settings.limits) {}

  Result<std::optional<RemoteEntry>> find(const std::string& key) override {
    if (!is_sha256(key)) return not_shared(key, "its key is no SHA-256");
    return attempt<std::optional<RemoteEntry>>(Use::find, 0, {}, [&] { return get_entry(key); });
  }

  Result<bool> fetch(const RemoteOutput& output, const std::filesystem::path& to) override {
    if (const auto fine = check(output, largest_); !fine) return fine.error();
    return attempt<bool>(Use::fetch, output.size, false, [&] { return get_file(output, to); });
  }

  Result<void> upload(const std::string& key, const RemoteEntry& entry,
                      std::span<const std::filesystem::path> files) override {
    if (!may_write_) return {};
    if (!is_sha256(key)) return not_shared(key, "its key is no SHA-256");
    const auto bytes = action_result_of(entry, largest_);
    if (!bytes) return not_shared(key, bytes.error().message);
    if (bytes->size() > most_entry_bytes) return not_shared(key, "it is too long");
    std::uint64_t size = entry.standard_error.size();
    for (const RemoteOutput& output : entry.outputs) size += output.size;
    const auto sent =
        attempt<bool>(Use::upload, size, true, [&] { return put_all(key, entry, *bytes, files); });
    if (!sent) return sent.error();
    return {};
  }

 private:
  // Does something with so many bytes at the server, if that is not left alone, and counts how it
  // went. What was told before is a miss.
  template <class T, class Function>
  Result<T> attempt(Use use, std::uint64_t size, T miss, const Function& function) {
    if (!patience_.lasts_for(use)) {
      if (!patience_.takes_leave()) return miss;
      return requests_.too_slow();
    }
    const auto begin = std::chrono::steady_clock::now();
    Asked<T> done = function();
    const auto took =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
    if (done) {
      const milliseconds late = took - fair_ - milliseconds(1000 * (size >> 20));
      patience_.succeeded(use, std::max(late, milliseconds(0)));
      return std::move(*done);
    }
    CacheTrouble trouble = done.error();
    if (!trouble.fault) return std::move(trouble.error);
    const auto more = patience_.failed(use, *trouble.fault, took);
    if (!more) return miss;
    trouble.error.message += *more;
    return std::move(trouble.error);
  }

  Error not_shared(const std::string& key, const std::string& why) const {
    return requests_.local_trouble("ac/" + key, "it cannot be shared: " + why).error;
  }

  Asked<std::optional<RemoteEntry>> get_entry(const std::string& key) {
    const auto bytes = requests_.entry(key);
    if (!bytes) return bytes.error();
    if (!*bytes) return std::optional<RemoteEntry>();
    auto sent = parse_action_result(**bytes, largest_);
    if (!sent) return requests_.trouble("ac/" + key, sent.error().message);
    if (!sent->standard_error_file) return std::optional(std::move(sent->entry));
    std::string& text = sent->entry.standard_error;
    const auto got = requests_.file(*sent->standard_error_file, [&](std::string_view piece) {
      text += piece;
      return true;
    });
    if (!got) return got.error();
    if (!*got) return std::optional<RemoteEntry>();
    return std::optional(std::move(sent->entry));
  }

  Asked<bool> get_file(const RemoteOutput& output, const std::filesystem::path& to) {
    auto file = NewFile::create(to, output.is_executable);
    if (!file) return CacheTrouble{file.error(), {}};
    int number = 0;  // of errno
    const auto got = requests_.file(output, [&](std::string_view piece) {
      number = file->write(piece);
      return number == 0;
    });
    if (number != 0) return CacheTrouble{write_trouble(to, number), {}};
    if (!got || !*got) return got;
    if (const auto kept = file->keep(); !kept) return CacheTrouble{kept.error(), {}};
    return true;
  }

  Asked<bool> put_all(const std::string& key, const RemoteEntry& entry, const std::string& bytes,
                      std::span<const std::filesystem::path> files) {
    for (std::size_t at = 0; at < entry.outputs.size(); ++at) {
      const auto put = requests_.put_file(entry.outputs[at], files[at]);
      if (!put) return put;
    }
    if (entry.standard_error.size() > most_inline_error) {
      const auto put = requests_.put_text(entry.standard_error);
      if (!put) return put;
    }
    return requests_.put_entry(key, bytes);
  }

  CacheRequests requests_;
  bool may_write_;
  std::uint64_t largest_;
  milliseconds fair_;
  Patience patience_;
};

bool is_this_machine(const std::string& url) {
  const std::size_t host = url.find("://") + 3;
  const auto is_at = [&](std::string_view name) {
    return url.compare(host, name.size(), name) == 0 &&
           (host + name.size() == url.size() || url[host + name.size()] == ':' ||
            url[host + name.size()] == '/');
  };
  return is_at("localhost") || is_at("127.0.0.1") || is_at("[::1]");
}

}  // namespace

void read_environment(RemoteCacheSettings& settings) {
  const auto variable = [](const char* name) -> std::string {
    const char* const text = std::getenv(name);
    return text == nullptr ? "" : text;
  };
  settings.token = variable("SHARKREG_REMOTE_CACHE_TOKEN");
  settings.netrc = variable("NETRC");
  for (const char* const name : {"SHARKREG_CACERT", "CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    settings.authorities = variable(name);
    if (!settings.authorities.empty()) break;
  }
}

Result<std::unique_ptr<RemoteCache>> open_remote_cache(const RemoteCacheSettings& settings) {
  auto place = parse_place(settings.url);
  if (!place) return place.error();
  if (!settings.token.empty() && !place->url.starts_with("https:") &&
      !is_this_machine(place->url)) {
    return Error{
        ErrorKind::usage,
        fmt::format("the token for the remote cache {} would go there unprotected", place->url),
        "use https, or unset SHARKREG_REMOTE_CACHE_TOKEN"};
  }
  std::string shown = place->url;
  auto exchange = HttpExchange::open(std::move(*place), settings);
  if (!exchange) return exchange.error();
  return std::unique_ptr<RemoteCache>(new HttpRemoteCache(
      CacheRequests(std::move(shown), std::move(*exchange), settings.limits), settings));
}

}  // namespace sharkreg::core
