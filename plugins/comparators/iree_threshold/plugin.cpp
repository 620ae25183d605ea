// SPDX-License-Identifier: Apache-2.0
#include <sharkreg/plugin.h>

#include "iree_threshold.h"

SHARKREG_PLUGIN("iree_threshold", PLUGIN_VERSION,
                sharkreg::comparator<iree_threshold::IreeThreshold>("iree_threshold"))
