// SPDX-License-Identifier: Apache-2.0
#include <sharkreg/plugin.h>

#include "file_fetcher.h"

SHARKREG_PLUGIN("file", PLUGIN_VERSION,
                sharkreg::artifact_fetcher<file_fetcher::FileFetcher>("file"))
