// SPDX-License-Identifier: Apache-2.0
#include <sharkreg/plugin.h>

#include "http_fetcher.h"

SHARKREG_PLUGIN("http", PLUGIN_VERSION,
                sharkreg::artifact_fetcher<http_fetcher::HttpFetcher>("http"))
