// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/artifact.h"
#include "base/error.h"

namespace sharkreg::core {

// The text of a model file with these pins written into it, by the JSON pointer of the source
// (Source::pointer). Nothing else of the text changes, and nothing at all where a pin stands already;
// an empty digest leaves alone what is there. A source that is a plain text becomes an object, one
// that is an object gets members behind its "source", written as those beside it are.
//
// The text is one that parse_json reads. An error if it is not, or has no source at a pointer.
Result<std::string> with_pins(std::string_view json_text, const std::map<std::string, Pin>& pins);

}  // namespace sharkreg::core
