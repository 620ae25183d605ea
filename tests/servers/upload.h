// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace sharkreg::test {

// PUT, with these headers and no others that matter. Throws std::runtime_error, with what the server
// says, if that refuses it.
void upload(const std::string& url, const std::string& content,
            const std::map<std::string, std::string>& headers);

}  // namespace sharkreg::test
