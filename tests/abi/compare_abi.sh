#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# compare_abi.sh OLD-INCLUDE NEW-INCLUDE
#
# Compares the binary contract of two folders of headers with abidiff: builds the library of
# every_struct.c with each. Then moves a member in a copy of the new headers, which must be found.
# Exit status: 0 the new headers keep what the old ones promise, 1 they do not.
set -euo pipefail

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
old=$1 new=$2
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

build() {
  gcc -g -shared -fPIC -I "$2" -o "$work/$1.so" "$here/every_struct.c"
}

differ() {
  abidiff --suppressions "$here/additions.abignore" "$work/$1.so" "$work/$2.so"
}

build old "$old"
build new "$new"
differ old new || { echo "compare_abi.sh: the headers break a promise, see above" >&2; exit 1; }

cp -r -- "$new" "$work/moved"
sed -i 's/^  sr_string name;  *\/\*.*$//; s/^  sr_string version;/  sr_string version;\n  sr_string name;/' \
  "$work/moved/sharkreg/plugin_abi.h"
build moved "$work/moved"
if differ old moved >"$work/report"; then
  echo "compare_abi.sh: abidiff did not see that a member of sr_plugin moved" >&2
  exit 1
fi
grep -q "sr_plugin" "$work/report"
echo "every type of the binary contract is as before"
