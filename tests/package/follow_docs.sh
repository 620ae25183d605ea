#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# follow_docs.sh DOCUMENT PREFIX WORK TOOLS
#
# Does what a document says: runs its blocks of "sh", one after the other, in one shell that stops at
# the first failure. Each line of a block of "text" must stand in what the block of "sh" before it
# printed.
set -euo pipefail

document=$1 prefix=$2 work=$3 tools=$4
rm -rf -- "$work"
mkdir -p -- "$work/home" "$work/here"

# One file for each block: 01.sh, 02.text, …
awk -v work="$work" '
  /^```(sh|text)$/ { kind = substr($0, 4); number++; next }
  /^```/ { kind = ""; next }
  kind { print > sprintf("%s/%02d.%s", work, number, kind) }' "$document"
blocks=("$work"/*.sh)
((${#blocks[@]} >= 5)) || { echo "follow_docs.sh: $document has too few commands" >&2; exit 1; }

cache=$(ccache --get-config cache_dir 2>/dev/null || true)
export HOME=$work/home XDG_CACHE_HOME=$work/cache CCACHE_DIR=${CCACHE_DIR:-$cache}
export PATH=$prefix/bin:$tools:$PATH CMAKE_PREFIX_PATH=$prefix
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
finished=
block=
show_failure() {
  [[ $block == "$finished" ]] && return
  cat -- "$block.out" >&2
  printf 'follow_docs.sh: %s failed\n' "$block" >&2
}
trap show_failure EXIT
cd -- "$work/here"
for block in "${blocks[@]}"; do
  echo "== ${block##*/}"
  cat -- "$block"
  # Sourced, so that a "cd" holds for what follows; not in a condition, which would switch off -e.
  . "$block" >"$block.out" 2>&1
  cat -- "$block.out"
  finished=$block
  number=$(basename -- "$block" .sh)
  printf -v next '%s/%02d.text' "$work" $((10#$number + 1))
  [[ -f $next ]] || continue
  while IFS= read -r line; do
    grep -qF -- "$line" "$block.out" ||
      { printf 'follow_docs.sh: the document promises "%s"\n' "$line" >&2; exit 1; }
  done <"$next"
done
