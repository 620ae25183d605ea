// SPDX-License-Identifier: Apache-2.0
#include "cli/store_settings.h"

#include <fmt/format.h>

#include "cli/option_values.h"

namespace sharkreg::core {

Result<std::size_t> fetch_jobs(const Settings& settings) {
  return count_option(settings, "fetch-jobs", 1, 256);
}

Result<StoreSettings> store_settings(const Settings& settings,
                                     const std::filesystem::path& cache_dir) {
  StoreSettings store;
  store.directory = cache_dir / "store";
  store.offline = settings.is_true("offline");
  const std::string revalidate = settings.text("revalidate");
  store.revalidate = revalidate == "never"    ? Revalidate::never
                     : revalidate == "always" ? Revalidate::always
                                              : Revalidate::etag;
  store.copies = settings.text("place") == "copy";
  const auto max_size = bytes_option(settings, "max-size");
  if (!max_size) return max_size.error();
  store.max_size = max_size->value_or(0);
  const auto after = duration_option(settings, "revalidate-after");
  if (!after) return after.error();
  store.revalidate_after = after->value_or(store.revalidate_after);
  const auto limit = duration_option(settings, "fetch-timeout");
  if (!limit) return limit.error();
  if (*limit) store.limits.total = **limit;
  for (const std::string& mirror : settings.texts("mirror")) {
    const std::size_t equals = mirror.find('=');
    const std::string from = mirror.substr(0, equals);
    const std::string to = equals == std::string::npos ? "" : mirror.substr(equals + 1);
    if (from.find("://") == std::string::npos || to.find("://") == std::string::npos) {
      return Error{ErrorKind::usage,
                   fmt::format("{} is \"{}\"; expected FROM=TO, two beginnings of URLs",
                               settings.all.at("mirror").place, mirror),
                   "such as --mirror https://models.example.com/=http://cache.local/models/"};
    }
    store.mirrors.push_back({from, to});
  }
  return store;
}

}  // namespace sharkreg::core
