// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/event.h"

namespace sharkreg::core {

// The event with all secrets of URLs hidden in all of its texts (base/secrets.h). To be applied
// before any sink sees it: a results.jsonl is shared, and reports are made from it. The URL of an
// issue stays as it is: it is there to be opened.
Event redacted(Event event);

}  // namespace sharkreg::core
