// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace sharkreg::core {

// The text with all that may be secret in its URLs replaced by "***": user name and password, and
// what stands behind a question mark (signatures, tokens). "https://me:pw@host/a.bin?sig=x" becomes
// "https://***@host/a.bin?***".
//
// Everything that is shown or recorded goes through here; what fetches sees the URL as written. A
// URL ends at a space, a control character, a quotation mark, "<", ">", "\" or "`", which cannot
// stand in one.
std::string redacted(std::string_view text);

}  // namespace sharkreg::core
