// SPDX-License-Identifier: Apache-2.0
#include "hub.h"

#include <algorithm>
#include <fstream>

#include <sharkreg/failure.h>

namespace hf_fetcher {
namespace {

using sharkreg::Failure;

constexpr std::size_t most_token_bytes = 4096;

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool is_true(const std::string& value) {
  const std::string text = lower(value);
  return text == "1" || text == "on" || text == "yes" || text == "true";
}

// "https://host" or "https://host:port" of a URL, the usual port left out.
std::string origin_of(std::string_view url) {
  const std::size_t begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  std::string origin = lower(url.substr(0, url.find_first_of("/?#", begin + 3)));
  const std::string port = origin.rfind("https:", 0) == 0 ? ":443" : ":80";
  const bool is_usual = origin.size() > port.size() &&
                        origin.compare(origin.size() - port.size(), port.size(), port) == 0;
  if (is_usual) origin.resize(origin.size() - port.size());
  return origin;
}

std::string endpoint_of(const sharkreg::Host& host) {
  std::string endpoint = host.environment("HF_ENDPOINT").value_or("");
  while (!endpoint.empty() && endpoint.back() == '/') endpoint.pop_back();
  if (endpoint.empty()) return "https://huggingface.co";
  const std::string start = lower(endpoint.substr(0, 8));
  if ((start.rfind("http://", 0) != 0 && start != "https://") ||
      endpoint.find_first_of("?#@") != std::string::npos) {
    throw Failure(Failure::Kind::invalid, "HF_ENDPOINT is no address of a hub",
                  "set it as https://huggingface.co is written, or not at all");
  }
  return endpoint;
}

std::string file_content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content(most_token_bytes, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(file.gcount()));
  return content;
}

std::string token_file(const sharkreg::Host& host) {
  const auto variable = [&](const char* name) { return host.environment(name).value_or(""); };
  if (const std::string path = variable("HF_TOKEN_PATH"); !path.empty()) return path;
  if (const std::string home = variable("HF_HOME"); !home.empty()) return home + "/token";
  const std::string cache = variable("XDG_CACHE_HOME");
  if (!cache.empty()) return cache + "/huggingface/token";
  return variable("HOME") + "/.cache/huggingface/token";
}

}  // namespace

Hub Hub::of(const sharkreg::Host& host) {
  if (is_true(host.environment("HF_HUB_OFFLINE").value_or(""))) {
    throw Failure(Failure::Kind::invalid, "HF_HUB_OFFLINE is set, so the hub is not asked",
                  "unset it to fetch from the hub");
  }
  Hub hub{endpoint_of(host)};
  hub.token = trimmed(host.environment("HF_TOKEN").value_or(""));
  hub.token_place = "HF_TOKEN";
  if (hub.token.empty()) {
    hub.token_place = token_file(host);
    hub.token = trimmed(file_content(hub.token_place));
  }
  // It becomes a line of the request.
  if (!std::all_of(hub.token.begin(), hub.token.end(),
                   [](char c) { return c > ' ' && c <= '~'; })) {
    throw Failure(Failure::Kind::invalid, "the token in " + hub.token_place + " is not one word",
                  "write the token alone, as the hub shows it");
  }
  return hub;
}

bool Hub::has(std::string_view url) const {
  return origin_of(url) == origin_of(endpoint);
}

}  // namespace hf_fetcher
