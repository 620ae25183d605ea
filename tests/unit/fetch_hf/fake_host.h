// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fetcher_host.h"

namespace hf_fetcher {

using sharkreg::test::FakeHost;

// With nothing of the user's own.
inline FakeHost lonely_host() {
  return FakeHost(
      {{"NETRC", "/nowhere"}, {"HF_HOME", "/nowhere"}, {"SHARKREG_HTTP_STALL_SECONDS", "5"}});
}

}  // namespace hf_fetcher
