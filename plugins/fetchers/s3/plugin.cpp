// SPDX-License-Identifier: Apache-2.0
#include <sharkreg/plugin.h>

#include "s3_fetcher.h"

SHARKREG_PLUGIN("s3", PLUGIN_VERSION, sharkreg::artifact_fetcher<s3::S3Fetcher>("s3"))
