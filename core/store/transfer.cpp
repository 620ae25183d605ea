// SPDX-License-Identifier: Apache-2.0
#include "store/transfer.h"

#include <utility>

#include <fmt/format.h>

namespace sharkreg::core {

Error interrupted() {
  return {ErrorKind::interrupted, "interrupted", {}};
}

// What a fetcher threw, for people.
Error error_of(const Failure& failure, int failures) {
  std::string message = failure.what();
  if (failures > 1) message += fmt::format(" (tried {} times)", failures);
  return {ErrorKind::infrastructure, std::move(message), failure.hint()};
}

bool wants_md5(const Download& download, const ArtifactInformation& information) {
  return download.wants_md5 ||
         (information.digests.contains("md5") && !information.digests.contains("sha256"));
}

}  // namespace sharkreg::core
