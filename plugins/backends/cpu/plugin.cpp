// SPDX-License-Identifier: Apache-2.0
#include <sharkreg/plugin.h>

#include "cpu/backend.h"

SHARKREG_PLUGIN("cpu", "0.1.0", sharkreg::backend<sharkreg::cpu::Backend>("cpu"))
