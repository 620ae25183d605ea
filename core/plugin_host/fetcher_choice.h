// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "plugin_host/description.h"
#include "plugin_host/host_services.h"

namespace sharkreg::core {

// A host name or address in lower case, without a port: "example.com"; or "*." and one, for all
// names below it: "*.example.com", which is not example.com itself.
bool is_host_pattern(std::string_view text);

// Two fetchers that claim the same (a scheme, a host pattern, or all that is left) are an error that
// names both files. Where one of them was named by an option that one is meant, and the log says so.
Result<void> check_claims(const std::vector<FoundPlugin>& plugins, const HostServices& services);

// The name of the fetcher that reads this URL or absolute path; "" if there is none. Fetchers that
// were named by an option go before others. Among equals, one that claims the host of an http or
// https URL goes before one that claims the scheme; of several host patterns the whole name counts
// most, then the longest. One with the scheme "*" has what nobody else claims.
std::string choose_fetcher(const std::vector<FoundPlugin>& plugins, std::string_view url);

}  // namespace sharkreg::core
