// SPDX-License-Identifier: Apache-2.0
#include "cli/compile_caching.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/secrets.h"
#include "cli/option_values.h"
#include "cli/store_settings.h"
#include "execute/host_identity.h"

namespace sharkreg::core {
namespace {

std::string how(const Settings& settings) {
  return settings.is_true("no-cache") ? "off" : settings.text("cache");
}

// "5", "5%", "0.1".
Result<double> percentage(const Settings& settings) {
  std::string text = settings.text("verify-cache");
  if (text.ends_with('%')) text.pop_back();
  char* end = nullptr;
  const double percent = std::strtod(text.c_str(), &end);
  if (!text.empty() && *end == '\0' && percent >= 0 && percent <= 100) return percent;
  Error error = wrong_value(settings, "verify-cache", "a percentage from 0 to 100");
  error.hint = "--verify-cache=5 compiles one of twenty cached results again";
  return error;
}

// "cache.example.com:8080" of a URL.
std::string host_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  std::string host = scheme == std::string::npos ? url : url.substr(scheme + 3);
  host = host.substr(0, host.find('/'));
  const std::size_t user = host.rfind('@');
  return user == std::string::npos ? host : host.substr(user + 1);
}

CacheSurroundings surroundings_of(FileDigests& digests,
                                  const std::vector<ChosenBackend>& backends) {
  CacheSurroundings surroundings;
  surroundings.digest_of = [&digests](const std::filesystem::path& file) {
    return digests.of(file);
  };
  surroundings.host = host_identity();
  surroundings.kernel = kernel_identity();
  surroundings.system_files = c_library_files();
  for (const ChosenBackend& backend : backends) {
    for (const Tool& tool : backend.probe.tools) {
      surroundings.tool_versions[tool.path] = tool.version;
    }
  }
  return surroundings;
}

}  // namespace

Result<void> CompileCaching::open_remote(const Settings& settings, CompileCacheOptions& options) {
  if (settings.text("remote-cache").empty() || settings.is_true("offline")) return {};
  RemoteCacheSettings remote;
  remote.url = settings.text("remote-cache");
  remote.mode = settings.text("remote-cache-mode") == "readwrite"
                    ? RemoteCacheSettings::Mode::readwrite
                    : RemoteCacheSettings::Mode::read;
  remote.stop = stop_.get_token();
  read_environment(remote);
  const Setting& named = settings.all.at("remote-cache");
  if (named.origin == Origin::suite_file && !remote.token.empty()) {
    return Error{ErrorKind::usage,
                 fmt::format("{}: a suite may not say where SHARKREG_REMOTE_CACHE_TOKEN is sent",
                             named.place),
                 "if you trust that server, name it in SHARKREG_REMOTE_CACHE or your own "
                 "configuration file"};
  }
  auto opened = open_remote_cache(remote);
  if (!opened) return opened.error();
  remote_ = std::move(*opened);
  options.remote_host = host_of(remote.url);
  return {};
}

Result<std::unique_ptr<CompileCaching>> CompileCaching::create(
    const Context& context, const std::vector<ChosenBackend>& backends, const std::string& run) {
  const Settings& settings = context.settings();
  std::unique_ptr<CompileCaching> caching(new CompileCaching);
  const auto percent = percentage(settings);
  if (!percent) return percent.error();
  const auto store = store_settings(settings, context.places().cache_dir);
  if (!store) return store.error();
  if (how(settings) == "off") return caching;

  CompileCacheOptions options;
  options.reads = how(settings) != "refresh";
  options.writes = how(settings) != "read";
  options.reuses_runs = settings.is_true("reuse-runs");
  options.explains = settings.is_true("explain");
  options.verified_percent = *percent;
  options.seed = run;
  if (auto opened = caching->open_remote(settings, options); !opened) return opened.error();
  const StoreLayout layout{store->directory};
  auto results = CachedResults::open(layout, context.clock(), store->max_size);
  if (!results) {
    caching->notes_.push_back("there is no compile cache: " + results.error().message);
    return caching;
  }
  caching->results_ = std::move(*results);
  caching->digests_ = std::make_unique<FileDigests>(context.memo(), layout.blobs());
  caching->cache_ = std::make_unique<CompileCache>(*caching->results_, caching->remote_.get(),
                                                   surroundings_of(*caching->digests_, backends),
                                                   std::move(options));
  return caching;
}

std::vector<std::string> CompileCaching::finish() {
  std::vector<std::string> notes = std::exchange(notes_, {});
  if (cache_ == nullptr) return notes;
  for (std::string& note : cache_->finish()) notes.push_back(std::move(note));
  return notes;
}

}  // namespace sharkreg::core
