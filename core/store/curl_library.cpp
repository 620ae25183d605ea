// SPDX-License-Identifier: Apache-2.0
#include "store/curl_library.h"

#include <dlfcn.h>
#include <string>

namespace sharkreg::core {
namespace {

// Errors of the loader are kept for the one who asks.
struct Loaded {
  CurlLibrary curl{};
  std::string trouble;

  Loaded() {
    void* const library = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      trouble = ::dlerror();
      return;
    }
    find(library, "curl_global_init", curl.global_init);
    find(library, "curl_easy_init", curl.init);
    find(library, "curl_easy_reset", curl.reset);
    find(library, "curl_easy_setopt", curl.set);
    find(library, "curl_easy_getinfo", curl.get);
    find(library, "curl_easy_perform", curl.perform);
    find(library, "curl_easy_cleanup", curl.cleanup);
    find(library, "curl_easy_strerror", curl.text_of);
    find(library, "curl_url", curl.url);
    find(library, "curl_url_set", curl.url_set);
    find(library, "curl_url_get", curl.url_get);
    find(library, "curl_url_cleanup", curl.url_cleanup);
    find(library, "curl_free", curl.free);
    if (trouble.empty() && curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
      trouble = "libcurl cannot be used";
    }
  }

  template <class Function>
  void find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    if (function == nullptr && trouble.empty()) trouble = std::string("libcurl has no ") + name;
  }
};

}  // namespace

Result<const CurlLibrary*> CurlLibrary::load() {
  static const Loaded loaded;
  if (!loaded.trouble.empty()) {
    return Error{ErrorKind::infrastructure, loaded.trouble, "install libcurl (Debian: libcurl4)"};
  }
  return &loaded.curl;
}

}  // namespace sharkreg::core
