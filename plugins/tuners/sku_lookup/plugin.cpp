// SPDX-License-Identifier: Apache-2.0
#include <sharkreg/plugin.h>

#include "sku_lookup.h"

SHARKREG_PLUGIN("sku_lookup", PLUGIN_VERSION,
                sharkreg::tuner_resolver<sku_lookup::SkuLookup>("sku_lookup"))
