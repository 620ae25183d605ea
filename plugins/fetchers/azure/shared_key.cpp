// SPDX-License-Identifier: Apache-2.0
#include "shared_key.h"

#include <algorithm>
#include <set>
#include <utility>

#include "signing.h"
#include "url_text.h"

namespace azure {
namespace {

// Their values stand one a line, in this order, also those that are not there.
constexpr const char* signed_headers[] = {"content-encoding",
                                          "content-language",
                                          "content-length",
                                          "content-md5",
                                          "content-type",
                                          "date",
                                          "if-modified-since",
                                          "if-match",
                                          "if-none-match",
                                          "if-unmodified-since",
                                          "range"};

std::string decoded(const std::string& text) {
  return http_fetcher::percent_decoded(text).value_or(text);
}

// Names and values, both decoded, in order of the alphabet.
std::multiset<std::pair<std::string, std::string>> parameters_of(const std::string& query) {
  std::multiset<std::pair<std::string, std::string>> parameters;
  for (std::size_t at = 0; at < query.size();) {
    const std::string part = query.substr(at, query.find('&', at) - at);
    at += part.size() + 1;
    if (part.empty()) continue;
    const std::size_t equals = std::min(part.find('='), part.size());
    parameters.emplace(http_fetcher::in_lower_case(decoded(part.substr(0, equals))),
                       decoded(part.substr(std::min(equals + 1, part.size()))));
  }
  return parameters;
}

}  // namespace

std::string SharedKeyRequest::text_to_sign() const {
  std::string text = method + "\n";
  for (const char* name : signed_headers) {
    const auto found = headers.find(name);
    // A length of 0 is written as none.
    if (found != headers.end() && !(found->first == "content-length" && found->second == "0")) {
      text += found->second;
    }
    text += "\n";
  }
  for (const auto& [name, value] : headers) {
    if (name.rfind("x-ms-", 0) == 0) text += name + ":" + value + "\n";
  }
  text += "/" + account + path;
  const auto parameters = parameters_of(query);
  for (auto at = parameters.begin(); at != parameters.end();) {
    const std::string& name = at->first;
    text += "\n" + name + ":" + at->second;
    for (++at; at != parameters.end() && at->first == name; ++at) text += "," + at->second;
  }
  return text;
}

std::string SharedKeyRequest::authorization(const std::string& key) const {
  return "SharedKey " + account + ":" +
         http_fetcher::base64(http_fetcher::hmac_sha256(key, text_to_sign()));
}

}  // namespace azure
