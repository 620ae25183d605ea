// SPDX-License-Identifier: Apache-2.0
#include "versity_gateway.h"

#include <ctime>

#include "signature.h"
#include "signing.h"
#include "upload.h"
#include "url_text.h"

namespace sharkreg::test {

bool VersityGateway::is_there() {
  return !find_server("versitygw").empty();
}

VersityGateway::VersityGateway()
    : process_(
          [this](int port) -> std::vector<std::string> {
            std::filesystem::create_directories(directory_.path() / "root" / bucket);
            // Keys are not for command lines, where all can read them.
            const auto account =
                directory_.write("account", std::string("export ROOT_ACCESS_KEY_ID='") + key_id +
                                                "' ROOT_SECRET_ACCESS_KEY='" + secret + "'\n");
            std::filesystem::create_directories(directory_.path() / "sidecar");
            return {"/bin/sh",
                    "-c",
                    R"(. "$0" && exec "$@")",
                    account,
                    find_server("versitygw"),
                    "--port",
                    "127.0.0.1:" + std::to_string(port),
                    "--region",
                    region,
                    "--quiet",
                    "posix",
                    "--sidecar",
                    directory_.path() / "sidecar",
                    directory_.path() / "root"};
          },
          directory_.path() / "output") {}

std::string VersityGateway::endpoint() const {
  return "http://127.0.0.1:" + std::to_string(process_.port());
}

void VersityGateway::put(const std::string& key, const std::string& content,
                         bool with_sha256) const {
  const std::string url = endpoint() + "/" + bucket + "/" + key;
  const auto parts = http_fetcher::split_url(url);
  char time[32];
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::strftime(time, sizeof time, "%Y%m%dT%H%M%SZ", &utc);
  const std::string digest = http_fetcher::sha256(content);
  s3::SignedRequest request{"PUT",  parts->path, {},
                            region, time,        http_fetcher::hexadecimal(digest)};
  request.headers = {{"host", parts->authority},
                     {"x-amz-date", time},
                     {"x-amz-content-sha256", request.content_hash}};
  if (with_sha256) request.headers["x-amz-checksum-sha256"] = http_fetcher::base64(digest);
  request.headers["authorization"] = request.authorization(key_id, secret);
  upload(url, content, request.headers);
}

}  // namespace sharkreg::test
