#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# new_plugin.sh KIND NAME PREFIX WORK TOOLS
#
# Has the installed host write a project, and does what its README says, to the letter: the indented
# lines are run as commands.
set -euo pipefail

kind=$1 name=$2 prefix=$3 work=$4 tools=$5
rm -rf -- "$work"
mkdir -p -- "$work/home"
cache=$(ccache --get-config cache_dir 2>/dev/null || true)
export HOME=$work/home XDG_CACHE_HOME=$work/cache CCACHE_DIR=${CCACHE_DIR:-$cache}
export PATH=$prefix/bin:$tools:$PATH
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
cd -- "$work"
sharkreg new-plugin "$kind" "$name"
! grep -rnI '@[A-Z]*@' -- "$name" || { echo "new_plugin.sh: a mark was left" >&2; exit 1; }
cd -- "$name"

mapfile -t commands < <(sed -n 's/^    //p' README.md)
((${#commands[@]} >= 4)) || { echo "new_plugin.sh: the README has too few commands" >&2; exit 1; }
for command in "${commands[@]}"; do
  printf '$ %s\n' "$command"
  status=0
  bash -euo pipefail -c "$command" || status=$?
  ((status == 0)) || { printf 'new_plugin.sh: that ended with %d\n' "$status" >&2; exit 1; }
done
"$prefix/bin/sharkreg-conformance" "build/lib$name.so"
