#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run_host.sh PREFIX SUITE TOOLS
#
# Runs the installed host from another directory: it finds its plugins, its helper programs and the
# models that came with it; IREE's tools are found along PATH.
set -euo pipefail

prefix=$1 suite=$2 tools=$3
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
export HOME=$work XDG_CACHE_HOME=$work/cache PATH=$tools:$PATH
cd -- "$work"

"$prefix/bin/sharkreg" --version
listing=$("$prefix/bin/sharkreg" plugins)
printf '%s\n' "$listing"
for name in cpu rocm file http azure s3 hf exec iree_threshold sku_lookup; do
  grep -qF "$prefix/lib/sharkreg/plugins/lib$name.so" <<<"$listing"
done
"$prefix/bin/sharkreg" list --model=sdxl --submodel=clip | tee list
grep -q sdxl/clip list
"$prefix/bin/sharkreg" --tests-dir="$suite" --model=two_modules --backend=cpu
