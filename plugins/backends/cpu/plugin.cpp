// SPDX-License-Identifier: Apache-2.0
#include <sharkreg/plugin.h>

#include "cpu/backend.h"

SHARKREG_PLUGIN("cpu", PLUGIN_VERSION, sharkreg::backend<sharkreg::cpu::Backend>("cpu"))
