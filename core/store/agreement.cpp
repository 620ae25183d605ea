// SPDX-License-Identifier: Apache-2.0
#include "store/agreement.h"

#include <fmt/format.h>

namespace sharkreg::core {

std::optional<std::string> disagreement(const Pin& wanted, const Pin& found) {
  if (!wanted.sha256.empty() && !found.sha256.empty() && wanted.sha256 != found.sha256) {
    return fmt::format("its SHA-256 is {}, but {} is pinned", found.sha256, wanted.sha256);
  }
  if (!wanted.md5.empty() && !found.md5.empty() && wanted.md5 != found.md5) {
    return fmt::format("its MD5 is {}, but {} is pinned", found.md5, wanted.md5);
  }
  return std::nullopt;
}

std::optional<std::string> broken_promise(const ArtifactInformation& information,
                                          const Pin& found) {
  const auto says = [&](const char* algorithm) {
    const auto said = information.digests.find(algorithm);
    return said == information.digests.end() ? std::string() : said->second;
  };
  if (const std::string said = says("sha256"); !said.empty() && said != found.sha256) {
    return fmt::format("its SHA-256 is {}, but the server says {}", found.sha256, said);
  }
  const std::string said = says("md5");
  if (!said.empty() && !found.md5.empty() && said != found.md5) {
    return fmt::format("its MD5 is {}, but the server says {}", found.md5, said);
  }
  return std::nullopt;
}

}  // namespace sharkreg::core
