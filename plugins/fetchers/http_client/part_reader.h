// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <sharkreg/fetcher.h>

#include "http_client.h"

namespace http_fetcher {

// What fetchers over HTTP make of an answer when they read a part of an artifact. `url` is the one
// that people know.

bool is_absent(const Answer& answer);

// Throws Failure(failed) if the body is in an encoding, which nobody asked for.
void refuse_encoding(const std::string& url, const Answer& answer);

[[noreturn]] void changed(const std::string& url, const std::string& how);

// Throws what an answer means that is none to what was asked: Failure(failed) if it may pass.
[[noreturn]] void refuse(const std::string& url, const Answer& answer, const std::string& hint);

// For Request::range.
std::string range_of(const sharkreg::ArtifactPart& part);

// Whether the part of an artifact of this size has no bytes. Throws Failure(invalid) if it begins
// behind the end.
bool is_empty(const std::string& url, const sharkreg::ArtifactPart& part,
              std::optional<std::uint64_t> size);

// Throws if a good answer is not of the content that is meant; `size` is that of the whole, if the
// answer says it. Empty: any content.
using CheckContent = std::function<void(const Answer& answer, std::optional<std::uint64_t> size)>;

// How much of the body is to be passed on. Throws if a good answer is not one to what was asked.
std::uint64_t check_head(const std::string& url, const sharkreg::ArtifactPart& part,
                         const CheckContent& check, const Answer& answer);

// Sends the request, which has the range of the part, and passes the part on to `receive`. Returns
// an answer that is a refusal (of a status other than 200 and 206) for the caller to tell; none if
// all came. Other failures are thrown.
std::optional<Answer> read_part(HttpClient& client, const Request& request, const std::string& url,
                                const sharkreg::ArtifactPart& part, const CheckContent& check,
                                const sharkreg::ArtifactFetcher::Receive& receive);

}  // namespace http_fetcher
