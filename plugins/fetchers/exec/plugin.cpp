// SPDX-License-Identifier: Apache-2.0
#include <sharkreg/plugin.h>

#include "exec_fetcher.h"

SHARKREG_PLUGIN("exec", PLUGIN_VERSION,
                sharkreg::artifact_fetcher<exec_fetcher::ExecFetcher>("exec"))
