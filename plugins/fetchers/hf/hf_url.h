// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace hf_fetcher {

// A file of a repository on the hub.
struct HubFile {
  std::string repository;  // "ORG/REPO", "datasets/ORG/REPO": where its page is
  std::string path;  // where the file is, behind the hub's address: "/ORG/REPO/resolve/REV/PATH"
};

// What a URL means:
//
//   hf://ORG/REPO[@REVISION]/PATH, hf://datasets/ORG/REPO…, hf://spaces/ORG/REPO…
//   https://huggingface.co/ORG/REPO/resolve/REVISION/PATH, whose query is left out
//
// Without a revision it is main; a slash in one is written %2F. What may not stand in a URL is
// encoded, and what is encoded stays. Throws Failure(invalid) for anything else.
HubFile hub_file(const std::string& url);

}  // namespace hf_fetcher
