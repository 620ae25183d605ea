// SPDX-License-Identifier: Apache-2.0
#include "toxiproxy.h"

#include <stdexcept>

#include <boost/json.hpp>

#include "curl_handle.h"

namespace sharkreg::test {
namespace {

namespace json = boost::json;

}  // namespace

Toxiproxy::Toxiproxy()
    : process_(
          [](int port) -> std::vector<std::string> {
            return {find_server("toxiproxy-server"), "-host", "127.0.0.1", "-port",
                    std::to_string(port)};
          },
          directory_.path() / "output") {}

std::string Toxiproxy::ask(const std::string& method, const std::string& path,
                           const std::string& text) const {
  const std::string url = "http://127.0.0.1:" + std::to_string(process_.port()) + path;
  const CurlHandle handle(curl_easy_init());
  const CurlList headers(curl_slist_append(nullptr, "Content-Type: application/json"));
  std::string answer;
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, text.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &append);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, static_cast<void*>(&answer));
  const CURLcode code = curl_easy_perform(handle.get());
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK || status >= 300) {
    throw std::runtime_error("toxiproxy says " + std::to_string(status) + " to " + method + " " +
                             path + " " + text + ": " + answer);
  }
  return answer;
}

std::string Toxiproxy::post(const std::string& path, const std::string& text) const {
  return ask("POST", path, text);
}

Toxiproxy::Way Toxiproxy::way_to(int port, const std::string& name) const {
  const json::object wanted{
      {"name", name}, {"listen", "127.0.0.1:0"}, {"upstream", "127.0.0.1:" + std::to_string(port)}};
  const json::value made = json::parse(post("/proxies", json::serialize(wanted)));
  const std::string listen(made.at("listen").as_string());
  return {*this, name, std::stoi(listen.substr(listen.rfind(':') + 1))};
}

void Toxiproxy::Way::poison(const std::string& type, const std::string& attributes) const {
  const json::object toxic{
      {"type", type}, {"stream", "downstream"}, {"attributes", json::parse(attributes)}};
  proxy_->post("/proxies/" + name_ + "/toxics", json::serialize(toxic));
}

void Toxiproxy::Way::turn(bool up) const {
  proxy_->post("/proxies/" + name_, json::serialize(json::object{{"enabled", up}}));
}

void Toxiproxy::Way::heal() const {
  // Cut first: who waits for a toxic to end would not see it go.
  turn(false);
  const json::value toxics = json::parse(proxy_->ask("GET", "/proxies/" + name_ + "/toxics", ""));
  for (const json::value& toxic : toxics.as_array()) {
    const std::string type(toxic.at("name").as_string());
    proxy_->ask("DELETE", "/proxies/" + name_ + "/toxics/" + type, "");
  }
  turn(true);
}

}  // namespace sharkreg::test
