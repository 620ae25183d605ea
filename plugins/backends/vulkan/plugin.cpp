// SPDX-License-Identifier: Apache-2.0
#include <sharkreg/plugin.h>

#include "vulkan/backend.h"

SHARKREG_PLUGIN("vulkan", PLUGIN_VERSION, sharkreg::backend<sharkreg::vulkan::Backend>("vulkan"))
