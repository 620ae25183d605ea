// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include "base/error.h"

// Functions here are called through a table, without libcurl's macros that check types.
#undef curl_easy_setopt
#undef curl_easy_getinfo

namespace sharkreg::core {

// What is used of libcurl, which is loaded when it is first wanted: it and thirty libraries that it
// needs would take half of the time that most commands have, and would be seen by plugins that bring
// their own.
struct CurlLibrary {
  decltype(&::curl_global_init) global_init;
  decltype(&::curl_easy_init) init;
  decltype(&::curl_easy_reset) reset;
  decltype(&::curl_easy_setopt) set;
  decltype(&::curl_easy_getinfo) get;
  decltype(&::curl_easy_perform) perform;
  decltype(&::curl_easy_cleanup) cleanup;
  decltype(&::curl_easy_strerror) text_of;
  decltype(&::curl_url) url;
  decltype(&::curl_url_set) url_set;
  decltype(&::curl_url_get) url_get;
  decltype(&::curl_url_cleanup) url_cleanup;
  decltype(&::curl_free) free;

  // Loaded once, for good. Errors (infrastructure): it is not there, or not one that can be used.
  //
  // Threads: any.
  static Result<const CurlLibrary*> load();
};

}  // namespace sharkreg::core
