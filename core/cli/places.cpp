// SPDX-License-Identifier: Apache-2.0
#include "cli/places.h"

#include <cstdlib>
#include <unistd.h>

#include "cli/compatibility.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

fs::path absolute(const std::string& path) {
  fs::path result = fs::absolute(path).lexically_normal();
  return result.has_filename() ? result : result.parent_path();
}

}  // namespace

fs::path tests_directory(const Settings& settings, const Installation& installation) {
  if (const std::string named = settings.text("tests-dir"); !named.empty()) return absolute(named);
  std::error_code error;
  const fs::path here = absolute("regression_tests");
  if (fs::is_directory(here, error)) return here;
  const fs::path own = fs::canonical(installation.regression_tests, error);
  return error ? installation.regression_tests : own;
}

fs::path cache_directory(const std::string& option) {
  if (!option.empty()) return absolute(option);
  if (const std::string xdg = variable("XDG_CACHE_HOME"); xdg.starts_with('/')) {
    return fs::path(xdg) / "sharkreg";
  }
  if (const std::string home = variable("HOME"); home.starts_with('/')) {
    return fs::path(home) / ".cache" / "sharkreg";
  }
  std::error_code error;
  return fs::temp_directory_path(error) / ("sharkreg-" + std::to_string(::getuid()));
}

Places places_of(const Settings& settings, const Installation& installation) {
  const auto place = [&](const char* option, const char* legacy_variable, const char* below_legacy,
                         const fs::path& otherwise) {
    if (const std::string named = settings.text(option); !named.empty()) return absolute(named);
    if (const std::string legacy = variable(legacy_variable); !legacy.empty()) {
      return absolute((fs::path(legacy) / below_legacy).string());
    }
    return otherwise;
  };
  Places places;
  places.tests_dir = tests_directory(settings, installation);
  places.cache_dir = cache_directory(settings.text("cache-dir"));
  places.artifacts_dir = place("artifacts-dir", compatibility::artifacts_variable, "artifacts",
                               places.cache_dir / "artifacts");
  places.output_dir =
      place("output-dir", compatibility::output_variable, "", places.cache_dir / "outputs");
  const std::string lock = settings.text("lock");
  places.lock_file = lock.empty() ? places.tests_dir / LockFile::default_name : absolute(lock);
  return places;
}

}  // namespace sharkreg::core
