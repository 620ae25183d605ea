// SPDX-License-Identifier: Apache-2.0
#include <sharkreg/plugin.h>

#include "hf_fetcher.h"

SHARKREG_PLUGIN("hf", PLUGIN_VERSION, sharkreg::artifact_fetcher<hf_fetcher::HfFetcher>("hf"))
