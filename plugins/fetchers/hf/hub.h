// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <sharkreg/host.h>

namespace hf_fetcher {

// The hub that is asked, and who asks, by the variables that Hugging Face's own client reads.
struct Hub {
  std::string endpoint = {};     // HF_ENDPOINT, else https://huggingface.co; no slash at its end
  std::string token = {};        // empty: none
  std::string token_place = {};  // where the token was found: "HF_TOKEN", a file

  // The token is HF_TOKEN, else it is in the file HF_TOKEN_PATH, $HF_HOME/token, or huggingface/token
  // below XDG_CACHE_HOME or ~/.cache. Throws Failure(invalid) if HF_HUB_OFFLINE forbids to ask, or
  // where one of them cannot be used.
  static Hub of(const sharkreg::Host& host);

  // Whether a URL is of this hub's scheme, host and port: it alone is sent the token.
  bool has(std::string_view url) const;
};

}  // namespace hf_fetcher
