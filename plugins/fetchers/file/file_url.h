// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace file_fetcher {

// The absolute path that is meant: "/x/y z" as it stands, "file:///x/y%20z", "file:/x/y%20z" and
// "file://localhost/x/y%20z" decoded (RFC 8089). Throws Failure(invalid) for anything else, such as
// another host, a relative path, or a bare '?' or '#', which belong to no path in a URL.
std::string path_from_url(const std::string& url);

}  // namespace file_fetcher
