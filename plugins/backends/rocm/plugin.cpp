// SPDX-License-Identifier: Apache-2.0
#include <sharkreg/plugin.h>

#include "rocm/backend.h"

SHARKREG_PLUGIN("rocm", PLUGIN_VERSION, sharkreg::backend<sharkreg::rocm::Backend>("rocm"))
