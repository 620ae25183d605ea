#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# install.sh BUILD-DIRECTORY SOURCE-DIRECTORY PREFIX
#
# Installs into another folder than PREFIX, then moves it there. Nothing in it may name the build
# tree or the checkout.
set -euo pipefail

build=$1 source=$2 prefix=$3
before=$prefix.before
rm -rf -- "$prefix" "$before"
cmake --install "$build" --prefix "$before" >/dev/null
mv -- "$before" "$prefix"

failed=0
for file in bin/sharkreg bin/sharkreg-conformance libexec/sharkreg/sharkreg-{supervisor,worker} \
  lib/sharkreg/plugins/lib{cpu,rocm,vulkan,file,http,azure,s3,hf,exec,iree_threshold,sku_lookup}.so \
  lib/sharkreg/regression_tests/{model.schema.json,sdxl/clip.json} include/sharkreg/plugin{,_abi}.h \
  lib/cmake/sharkreg/{sharkregConfig,sharkregConfigVersion,SharkregPlugin}.cmake \
  lib/cmake/sharkreg/plugin.map share/pkgconfig/sharkreg.pc share/doc/sharkreg/LICENSE; do
  [[ -s $prefix/$file ]] || { echo "install.sh: $file was not installed" >&2; failed=1; }
done
if grep -rlF -e "$build" -e "$source" -e "$before" -- "$prefix" >&2; then
  echo "install.sh: these files name the build tree, the checkout or the folder before the move" >&2
  failed=1
fi
find "$prefix" -type f -printf '%P\n' | sort
exit "$failed"
