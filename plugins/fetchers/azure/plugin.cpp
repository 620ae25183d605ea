// SPDX-License-Identifier: Apache-2.0
#include <sharkreg/plugin.h>

#include "azure_fetcher.h"

SHARKREG_PLUGIN("azure", PLUGIN_VERSION, sharkreg::artifact_fetcher<azure::AzureFetcher>("azure"))
