// SPDX-License-Identifier: Apache-2.0
#include "upload.h"

#include <stdexcept>

#include "curl_handle.h"

namespace sharkreg::test {
void upload(const std::string& url, const std::string& content,
            const std::map<std::string, std::string>& headers) {
  curl_slist* list = curl_slist_append(nullptr, "Content-Type:");
  for (const auto& [name, text] : headers) {
    // libcurl sends both itself.
    if (name == "host" || name == "content-length") continue;
    list = curl_slist_append(list, (name + ": " + text).c_str());
  }
  const CurlList owner(list);
  const CurlHandle handle(curl_easy_init());
  std::string answer;
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_CUSTOMREQUEST, "PUT");
  curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(content.size()));
  curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, content.data());
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &append);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, static_cast<void*>(&answer));
  const CURLcode code = curl_easy_perform(handle.get());
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK || status >= 300) {
    throw std::runtime_error("the server says " + std::to_string(status) + " to PUT " + url + ": " +
                             (code == CURLE_OK ? answer : curl_easy_strerror(code)));
  }
}

}  // namespace sharkreg::test
